"""Owns Work in Progress: active orders that are not billed yet, how old they are, and what they will come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from services.rating.records.work_orders import FieldStatus
from services.rating.rules.pricing import Failed
from services.rating.rules.rated import Rated
from services.rating.rules.work_orders import OrderStatus
from shared.values.fields import parts_of
from shared.values.filters import Filter
from shared.values.money import ZERO, Money
from shared.values.text import CodeText, NumberText

WipGrouping = Literal["customer", "server"]
ValueSource = Literal["rating", "estimate", "none"]
ACTIVE: tuple[OrderStatus, ...] = ("open", "rated", "assigned", "exporting")
NOBODY = "(none)"
"""The name under which orders without a server are shown."""


class WipFilter(Filter):
    """Which active orders the view shows; the dates are service dates."""

    branch: CodeText | None = None
    customer: NumberText | None = None
    bill_to: NumberText | None = None
    server: CodeText | None = None
    service_from: date | None = None
    service_to: date | None = None


class WipSummaryFilter(WipFilter):
    """`by` says whose orders are counted together."""

    by: WipGrouping = "customer"


@dataclass(frozen=True)
class ActiveOrder:
    """An order that is not billed yet, with the numbers of its servers."""

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
    """An active order as stored; `total` is that of its rating, None while it is open."""

    invoice_id: int | None
    total: Decimal | None


@dataclass(frozen=True)
class WipOrder(ActiveOrder):
    """An active order with its age in days since the service date, and its value.

    `value_from` is its `rating`, an `estimate` of what its rating would be now, or `none`: then `why` is what refuses it.
    """

    age_days: int
    invoice_id: int | None
    value: Money | None
    value_from: ValueSource
    why: str


@dataclass(frozen=True)
class WipGroup:
    """The active orders of a customer or server. Ages are days since the service date.

    `value` is what is rated plus what the dry run of the open orders comes to; `without_value` cannot be estimated.
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
    """`totals` count each order once, also one that counts with two servers."""

    as_of: date
    by: WipGrouping
    groups: Sequence[WipGroup]
    totals: WipGroup


def appraise(
    orders: Sequence[WipFacts], rated: Sequence[Rated], failed: Sequence[Failed], as_of: date
) -> list[WipOrder]:
    """Gives each order its age and value: that of its rating, else what the dry run of an open order came to.

    Example: served on 2026-11-02, seen on 2026-11-20: 18 days. An order served tomorrow is 0 days old.
    Source: rating, section 4.
    """
    estimates = {one.work_order_id: one.total for one in rated}
    reasons = {one.work_order_id: one.code for one in failed}
    return [
        _appraise(one, estimates.get(one.work_order_id), reasons.get(one.work_order_id, ""), as_of) for one in orders
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
    """Counts orders by `customer` or by `server`; an order of two servers counts with each of them."""
    groups: dict[tuple[str, str], list[WipOrder]] = {}
    for one in orders:
        for key in _keys(one, by):
            groups.setdefault(key, []).append(one)
    return [_group(*key, members) for key, members in sorted(groups.items())]


def total(orders: Sequence[WipOrder]) -> WipGroup:
    """All orders, each once."""
    return _group("", "", orders)


def _keys(order: WipOrder, by: WipGrouping) -> list[tuple[str, str]]:
    if by == "customer":
        return [(order.customer, order.customer_name or "")]
    return [(server, "") for server in order.servers] or [(NOBODY, "")]


def _group(name: str, words: str, orders: Sequence[WipOrder]) -> WipGroup:
    count = {status: sum(one.status == status for one in orders) for status in ACTIVE}
    ages = [one.age_days for one in orders]
    return WipGroup(
        name,
        words,
        len(orders),
        **count,
        oldest_days=max(ages, default=0),
        average_days=sum(ages) // len(ages) if ages else 0,
        value=sum((one.value for one in orders if one.value is not None), ZERO),
        without_value=sum(one.value is None for one in orders),
    )
