"""Owns the Open Rollup Invoice view: orders that are not assigned, not sent, and sent."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from services.rating.rules.draft_invoices import InvoiceStatus
from services.rating.rules.order_warnings import OrderWarning, find_order_warnings
from services.rating.rules.rate_tables import RateTable
from services.rating.rules.rating_warnings import facts_of
from shared.values.dates import CalendarDate
from shared.values.fields import parts_of
from shared.values.filters import Filter
from shared.values.money import ZERO, Money
from shared.values.numbers import Id
from shared.values.text import CodeText, NumberText

RollupState = Literal["rated", "assigned", "sent"]


class OpenRollupFilter(Filter):
    """Filters the orders of the view. The dates are service dates."""

    state: RollupState | None = None
    branch: CodeText | None = None
    bill_to: NumberText | None = None
    invoice_id: Id | None = None
    service_from: CalendarDate | None = None
    service_to: CalendarDate | None = None


@dataclass(frozen=True)
class OpenRollupOrder:
    """An order that is rolled up or waiting to be, with its draft or invoice."""

    state: RollupState
    work_order_id: int
    number: str
    branch: str
    customer: str
    bill_to: str
    bill_to_name: str | None
    matter: str
    attorney: str
    service_on: date
    rated_at: datetime
    total: Money
    invoice_id: int | None
    invoice_status: InvoiceStatus | None
    cycle_from: date | None
    cycle_to: date | None
    run_id: int | None
    ar_number: str | None
    ar_month: str | None


@dataclass(frozen=True)
class OpenRollupFacts(OpenRollupOrder):
    """Such an order with the facts on which its warnings depend."""

    ar_company: int
    rated_with: Mapping[str, str | None] | None
    rates_digest: str | None


@dataclass(frozen=True)
class OpenRollupRow(OpenRollupOrder):
    """Such an order with what to look at before it is exported; there is nothing once it is sent."""

    warnings: Sequence[OrderWarning]


def add_warnings(
    orders: Iterable[OpenRollupFacts], table: RateTable, known: Container[tuple[int, str]]
) -> list[OpenRollupRow]:
    """Adds its warnings to each order; for `known` see find_order_warnings."""
    return [
        OpenRollupRow(
            **parts_of(order, OpenRollupOrder),
            warnings=find_order_warnings(
                order, facts_of(order.total, order.rated_with, order.service_on, order.rates_digest), table, known
            )
            if order.state != "sent"
            else (),
        )
        for order in orders
    ]


@dataclass(frozen=True)
class StateSums:
    """Orders and amounts by state: rated but not assigned, assigned but not sent, and sent."""

    rated_orders: int
    rated: Money
    assigned_orders: int
    assigned: Money
    sent_orders: int
    sent: Money
    total: Money


@dataclass(frozen=True)
class RollupSums(StateSums):
    """Orders and amounts of one bill-to in one branch, by state."""

    branch: str
    bill_to: str
    bill_to_name: str | None
    orders: int


@dataclass(frozen=True)
class OpenRollupTotals(StateSums):
    """Totals of all orders that match the filters, not only of the page."""

    count: int
    by_bill_to: Sequence[RollupSums]


def total_of(sums: Sequence[RollupSums]) -> OpenRollupTotals:
    """Adds up the sums of the bill-tos."""
    return OpenRollupTotals(
        count=sum(row.orders for row in sums),
        total=sum((row.total for row in sums), ZERO),
        rated_orders=sum(row.rated_orders for row in sums),
        rated=sum((row.rated for row in sums), ZERO),
        assigned_orders=sum(row.assigned_orders for row in sums),
        assigned=sum((row.assigned for row in sums), ZERO),
        sent_orders=sum(row.sent_orders for row in sums),
        sent=sum((row.sent for row in sums), ZERO),
        by_bill_to=sums,
    )
