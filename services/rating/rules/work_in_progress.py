"""Owns Work in Progress: active orders that are not billed yet, with their age and estimated value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from services.rating.records.work_orders import FieldStatus
from services.rating.rules.pricing import Failed
from services.rating.rules.rated import Rated
from services.rating.rules.work_orders import OrderStatus
from shared.values.dates import CalendarDate
from shared.values.fields import parts_of
from shared.values.filters import Filter
from shared.values.money import ZERO, Money
from shared.values.text import CodeText, NumberText

WipGrouping = Literal["customer", "server"]
ValueSource = Literal["rating", "estimate", "none"]
ACTIVE: tuple[OrderStatus, ...] = ("open", "rated", "assigned", "exporting")
MOST_ORDERS = 20_000
"""As many active orders are estimated in one request; rating them takes seconds of a processor."""
NO_SERVER = "(none)"
"""The name of the group of orders without a server."""


class WipFilter(Filter):
    """Filters active orders. The dates are service dates."""

    branch: CodeText | None = None
    customer: NumberText | None = None
    bill_to: NumberText | None = None
    server: CodeText | None = None
    service_from: CalendarDate | None = None
    service_to: CalendarDate | None = None


class WipSummaryFilter(WipFilter):
    """Filters active orders. `by` says how they are grouped."""

    by: WipGrouping = "customer"


@dataclass(frozen=True)
class ActiveOrder:
    """An order that is not billed yet, with the codes of its servers."""

    work_order_id: int
    number: str
    branch: str
    customer: str
    customer_name: str | None
    bill_to: str
    servers: Sequence[str]
    job_type: str
    priority: str
    status: OrderStatus
    field_status: FieldStatus
    service_on: date


@dataclass(frozen=True)
class WipFacts(ActiveOrder):
    """An active order as it is stored. `total` is the total of its rating, or None while it is open."""

    invoice_id: int | None
    total: Decimal | None


@dataclass(frozen=True)
class WipOrder(ActiveOrder):
    """An active order with its age in days since the service date, and its value.

    The value comes from its `rating`, or is an `estimate` of what its rating would be now. If `value_from` is `none`,
    the order cannot be rated now, and `why` is the code of the refusal.
    """

    age_days: int
    invoice_id: int | None
    value: Money | None
    value_from: ValueSource
    why: str


@dataclass(frozen=True)
class WipGroup:
    """The active orders of a customer or server. Ages are days since the service date.

    `value` is the total of the rated orders plus the estimates of the open ones. `without_value` counts the orders that
    cannot be estimated.
    """

    name: str
    words: str
    orders: int
    open: int
    rated: int
    assigned: int
    exporting: int
    oldest_days: int
    average_days: int
    value: Money
    without_value: int


@dataclass(frozen=True)
class WipSummary:
    """Work in progress by group. `totals` count each order once, even if it is in the groups of two servers."""

    as_of: date
    by: WipGrouping
    groups: Sequence[WipGroup]
    totals: WipGroup


def appraise(
    orders: Sequence[WipFacts], rated: Sequence[Rated], failed: Sequence[Failed], as_of: date
) -> list[WipOrder]:
    """Adds age and value to each order. The value comes from its rating, or from the trial rating of an open order.

    Example: an order served on 2026-11-02 is 18 days old on 2026-11-20. An order with a later service date is 0 days
    old.
    Source: rating, section 4.
    """
    estimates = {rating.work_order_id: rating.total for rating in rated}
    reasons = {failure.work_order_id: failure.code for failure in failed}
    return [
        _appraise(order, estimates.get(order.work_order_id), reasons.get(order.work_order_id, ""), as_of)
        for order in orders
    ]


def _appraise(facts: WipFacts, estimate: Decimal | None, reason: str, as_of: date) -> WipOrder:
    value = estimate if facts.total is None else facts.total
    value_from: ValueSource = "none" if value is None else "estimate" if facts.total is None else "rating"
    return WipOrder(
        **parts_of(facts, ActiveOrder),
        age_days=max((as_of - facts.service_on).days, 0),
        invoice_id=facts.invoice_id,
        value=value,
        value_from=value_from,
        why=reason if value is None else "",
    )


def summarize(orders: Sequence[WipOrder], by: WipGrouping) -> list[WipGroup]:
    """Groups orders by `customer` or by `server`. An order of two servers is in the group of each."""
    groups: dict[tuple[str, str], list[WipOrder]] = {}
    for order in orders:
        for key in _keys(order, by):
            groups.setdefault(key, []).append(order)
    return [_group(*key, members) for key, members in sorted(groups.items())]


def total(orders: Sequence[WipOrder]) -> WipGroup:
    """All orders as one group, each counted once."""
    return _group("", "", orders)


def _keys(order: WipOrder, by: WipGrouping) -> list[tuple[str, str]]:
    if by == "customer":
        return [(order.customer, order.customer_name or "")]
    return [(server, "") for server in order.servers] or [(NO_SERVER, "")]


def _group(name: str, words: str, orders: Sequence[WipOrder]) -> WipGroup:
    count = {status: sum(order.status == status for order in orders) for status in ACTIVE}
    ages = [order.age_days for order in orders]
    return WipGroup(
        name,
        words,
        len(orders),
        **count,
        oldest_days=max(ages, default=0),
        average_days=sum(ages) // len(ages) if ages else 0,
        value=sum((order.value for order in orders if order.value is not None), ZERO),
        without_value=sum(order.value is None for order in orders),
    )
