"""Owns work orders as they are listed, with their warnings."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.rating.records.work_orders import FieldStatus, OrderStyle
from services.rating.rules.matching import NearProfile
from services.rating.rules.order_warnings import OrderWarning, find_order_warnings
from services.rating.rules.rate_tables import RateTable
from services.rating.rules.rating_warnings import facts_of
from services.rating.rules.work_orders import OrderStatus
from shared.values.fields import parts_of
from shared.values.money import Money


@dataclass(frozen=True)
class ListedOrder:
    """An order as it is listed. `total` is the total of its current rating."""

    id: int
    number: str
    style: OrderStyle
    branch: str
    customer: str
    customer_name: str | None
    bill_to: str
    bill_to_name: str | None
    priority: str
    job_type: str
    region: str | None
    served_zip: str | None
    service_on: date
    field_status: FieldStatus
    pod_received: bool
    reference: str
    matter: str
    case_title: str
    cause_number: str
    due_on: date | None
    status: OrderStatus
    revision: int
    rating_version: int
    invoice_id: int | None
    ar_number: str | None
    ar_invoice_id: int | None
    total: Money | None


@dataclass(frozen=True)
class OrderRow(ListedOrder):
    """An order in a list, with what to look at before it is exported."""

    warnings: Sequence[OrderWarning]


@dataclass(frozen=True)
class OrderItem(OrderRow):
    """An order in a list, with the profiles nearest to it if the list is filtered by `reason=NO_PROFILE`."""

    nearest: Sequence[NearProfile]


@dataclass(frozen=True)
class OrderFacts(ListedOrder):
    """An order in a list, with the facts on which its warnings depend: those of its rating, if it is not exported."""

    ar_company: int
    rated_with: Mapping[str, str | None] | None
    rates_digest: str | None


def add_warnings(orders: Iterable[OrderFacts], table: RateTable, known: Container[tuple[int, str]]) -> list[OrderRow]:
    """Adds its warnings to each order; for `known` see find_order_warnings."""
    return [
        OrderRow(
            **parts_of(order, ListedOrder),
            warnings=find_order_warnings(
                order, facts_of(order.total, order.rated_with, order.service_on, order.rates_digest), table, known
            ),
        )
        for order in orders
    ]
