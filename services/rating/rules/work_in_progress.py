"""Owns Work in Progress: active orders that are not billed yet, with their age and estimated value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self

from annotated_types import Interval
from pydantic import Field

from services.rating.records.work_orders import FieldStatus
from services.rating.rules.work_orders import OrderStatus
from shared.values.dates import CalendarDate
from shared.values.fields import parts_of
from shared.values.filters import Filter
from shared.values.money import Money
from shared.values.text import CodeText, NumberText

WipGrouping = Literal["customer", "server"]
ValueSource = Literal["rating", "estimate", "none"]
ACTIVE: tuple[OrderStatus, ...] = ("open", "rated", "assigned", "exporting")
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
    age_from: Annotated[int, Interval(ge=0, le=36_500)] | None = Field(
        default=None, description="The youngest, in days."
    )
    age_to: Annotated[int, Interval(ge=0, le=36_500)] | None = Field(default=None, description="The oldest, in days.")

    def on(self, as_of: date) -> Self:
        """The filter with its ages as service dates. What is served in the future has the age 0.

        Example: on 2026-11-20, ages from 30 to 60 are services from 2026-09-21 to 2026-10-21.
        """
        changes: dict[str, date] = {}
        if self.age_to is not None:
            earliest = as_of - timedelta(days=self.age_to)
            changes["service_from"] = max(earliest, self.service_from or earliest)
        if self.age_from:
            latest = as_of - timedelta(days=self.age_from)
            changes["service_to"] = min(latest, self.service_to or latest)
        return self.model_copy(update=changes)


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
    """An active order as it is stored. `total` is that of its rating, or None while it is open.

    `estimate`, `why` and `estimated_at` are those of its kept estimate, or None without one; `waits` if something has
    changed since then that it depends on.
    """

    invoice_id: int | None
    total: Decimal | None
    estimate: Decimal | None
    why: str | None
    estimated_at: datetime | None
    waits: bool


@dataclass(frozen=True)
class WipOrder(ActiveOrder):
    """An active order with its age in days since the service date, and its value.

    The value comes from its `rating`, or is an `estimate` of what its rating would come to, made at `estimated_at`. If
    `value_from` is `none`, there is no value: `why` is the code of the refusal, or empty before the first estimate. An
    order `waits` if it has changed since its estimate, or the rate table has; the next estimate follows shortly.
    """

    age_days: int
    invoice_id: int | None
    value: Money | None
    value_from: ValueSource
    why: str
    estimated_at: datetime | None
    waits: bool


@dataclass(frozen=True)
class WipGroup:
    """The active orders of a customer or server. Ages are days since the service date.

    `value` is the total of the rated orders plus the estimates of the open ones. `without_value` counts the orders that
    cannot be rated now or have no estimate yet. The oldest estimate was made at `estimated_at`; `waiting` counts the open
    orders that are estimated again shortly, because they or the rate table have changed.
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
    estimated_at: datetime | None
    waiting: int


@dataclass(frozen=True)
class WipSummary:
    """Work in progress by group. `totals` count each order once, even if it is in the groups of two servers.

    `next_cursor` fetches the next page of groups. Totals come with the first page, unless the query has `totals=false`,
    and with others if it has `totals=true`.
    """

    as_of: date
    by: WipGrouping
    groups: Sequence[WipGroup]
    next_cursor: str | None
    totals: WipGroup | None


def appraise(orders: Sequence[WipFacts], as_of: date) -> list[WipOrder]:
    """Adds age and value to each order. The value comes from its rating, or from the kept estimate of an open order.

    Example: an order served on 2026-11-02 is 18 days old on 2026-11-20. An order with a later service date is 0 days
    old.
    Source: rating, section 4.
    """
    return [_appraise(order, as_of) for order in orders]


def _appraise(facts: WipFacts, as_of: date) -> WipOrder:
    is_open = facts.status == "open"
    value = facts.estimate if is_open else facts.total
    value_from: ValueSource = "none" if value is None else "estimate" if is_open else "rating"
    return WipOrder(
        **parts_of(facts, ActiveOrder),
        age_days=max((as_of - facts.service_on).days, 0),
        invoice_id=facts.invoice_id,
        value=value,
        value_from=value_from,
        why=(facts.why or "") if is_open else "",
        estimated_at=facts.estimated_at if is_open else None,
        waits=is_open and facts.waits,
    )
