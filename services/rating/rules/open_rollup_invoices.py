"""Owns the Open Rollup Invoice view: rated but not assigned, assigned but not sent, rolled up and sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from shared.values.money import ZERO


@dataclass(frozen=True)
class OpenRollupFilter:
    """Which orders the view shows; None leaves a side open. Dates are service dates."""

    state: str | None = None
    branch: str | None = None
    bill_to: str | None = None
    invoice_id: int | None = None
    service_from: date | None = None
    service_to: date | None = None


@dataclass(frozen=True)
class OpenRollupRow:
    """An order that is rolled up or waits for it. `state` is `rated`, `assigned` or `sent`."""

    state: str
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
    total: Decimal
    invoice_id: int | None
    invoice_status: str | None
    cycle_from: date | None
    cycle_to: date | None
    run_id: int | None
    ar_number: str | None
    ar_month: str | None


@dataclass(frozen=True)
class RollupSums:
    """Orders and money of one bill-to in one branch, by state."""

    branch: str
    bill_to: str
    bill_to_name: str | None
    rated_orders: int
    rated: Decimal
    assigned_orders: int
    assigned: Decimal
    sent_orders: int
    sent: Decimal
    orders: int
    total: Decimal


@dataclass(frozen=True)
class OpenRollupTotals:
    """Totals of everything that fits the filter."""

    count: int
    total: Decimal
    rated_orders: int
    rated: Decimal
    assigned_orders: int
    assigned: Decimal
    sent_orders: int
    sent: Decimal
    by_bill_to: Sequence[RollupSums]


def total_of(sums: Sequence[RollupSums]) -> OpenRollupTotals:
    """Adds the sums of the bill-tos up."""
    return OpenRollupTotals(
        count=sum(one.orders for one in sums),
        total=sum((one.total for one in sums), ZERO),
        rated_orders=sum(one.rated_orders for one in sums),
        rated=sum((one.rated for one in sums), ZERO),
        assigned_orders=sum(one.assigned_orders for one in sums),
        assigned=sum((one.assigned for one in sums), ZERO),
        sent_orders=sum(one.sent_orders for one in sums),
        sent=sum((one.sent for one in sums), ZERO),
        by_bill_to=sums,
    )
