"""Owns Work in Progress: active orders that are not billed yet, how old they are, and what they will come to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.rating.rules.pricing import Failed, Rated
from shared.values.money import ZERO

ACTIVE = ("open", "rated", "assigned", "exporting")
NOBODY = "(none)"
"""The name under which orders without a server are shown."""


@dataclass(frozen=True)
class WipFilter:
    """Which active orders the view shows; None leaves a side open. Dates are service dates."""

    branch: str | None = None
    customer: str | None = None
    bill_to: str | None = None
    server: str | None = None
    service_from: date | None = None
    service_to: date | None = None


@dataclass(frozen=True)
class WipFacts:
    """An active order as stored; `total` is that of its rating, None while it is open."""

    work_order_id: int
    number: str
    branch: str
    customer: str
    customer_name: str | None
    bill_to: str
    servers: Sequence[Mapping[str, str]]
    job_type: str
    priority: str
    status: str
    field_status: str
    service_on: date
    invoice_id: int | None
    total: Decimal | None


@dataclass(frozen=True)
class WipOrder:
    """An active order with its age in days since the service date, and its value.

    `value_from` is `rating`, or `estimate` for what its rating would be now, or `none`: then `why` says why not.
    """

    facts: WipFacts
    age_days: int
    value: Decimal | None
    value_from: str
    why: str


@dataclass(frozen=True)
class WipGroup:
    """The active orders of one customer or server; `without_value` of them cannot be estimated."""

    name: str
    words: str
    orders: int
    open: int
    rated: int
    assigned: int
    exporting: int
    oldest_days: int
    average_days: int
    value: Decimal
    without_value: int


def appraise(
    orders: Sequence[WipFacts], rated: Sequence[Rated], failed: Sequence[Failed], as_of: date
) -> list[WipOrder]:
    """Gives each order its age and value: that of its rating, else what the dry run of an open order came to.

    Example: served on 2026-11-02, seen on 2026-11-20: 18 days. An order served tomorrow is 0 days old.
    Source: rating, section 4.
    """
    estimates = {one.work_order_id: one.total for one in rated}
    reasons = {one.work_order_id: one.code for one in failed}
    appraised = []
    for one in orders:
        age = max((as_of - one.service_on).days, 0)
        estimate = estimates.get(one.work_order_id)
        if one.total is not None:
            appraised.append(WipOrder(one, age, one.total, "rating", ""))
        elif estimate is not None:
            appraised.append(WipOrder(one, age, estimate, "estimate", ""))
        else:
            appraised.append(WipOrder(one, age, None, "none", reasons.get(one.work_order_id, "")))
    return appraised


def summarize(orders: Sequence[WipOrder], by: str) -> list[WipGroup]:
    """Counts orders by `customer` or by `server`; an order of two servers counts with each of them."""
    groups: dict[tuple[str, str], list[WipOrder]] = {}
    for one in orders:
        for key in _keys(one.facts, by):
            groups.setdefault(key, []).append(one)
    return [_group(*key, members) for key, members in sorted(groups.items())]


def total(orders: Sequence[WipOrder]) -> WipGroup:
    """All orders, each once."""
    return _group("", "", orders)


def _keys(facts: WipFacts, by: str) -> list[tuple[str, str]]:
    if by == "customer":
        return [(facts.customer, facts.customer_name or "")]
    return [(one["server"], "") for one in facts.servers] or [(NOBODY, "")]


def _group(name: str, words: str, orders: Sequence[WipOrder]) -> WipGroup:
    count = {status: sum(one.facts.status == status for one in orders) for status in ACTIVE}
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
