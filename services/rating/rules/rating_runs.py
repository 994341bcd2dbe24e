"""Owns bulk ratings: which orders to rate, and their results."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self

from annotated_types import Len, MinLen
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.rating.rules.matching import NearProfile
from shared.values.dates import CalendarDate
from shared.values.money import ZERO, Money
from shared.values.numbers import Id
from shared.values.text import CodeText, NumberText

RatingRunStatus = Literal["running", "done"]


class RunSelection(BaseModel):
    """Which open orders to rate: those that match the filter, or those with these ids. An empty selection means all.

    Orders chosen by id always get a result, even if they are already rated or not ready; with `again`, those that are
    rated and not yet exported are rated again, and keep what was entered for them, such as overrides. A filter only
    includes open orders that are ready.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    branches: Annotated[Sequence[CodeText], MinLen(1)] | None = None
    customers: Annotated[Sequence[NumberText], MinLen(1)] | None = None
    service_to: CalendarDate | None = Field(default=None, description="The last service date to include.")
    work_order_ids: Annotated[Sequence[Id], Len(1, 10_000)] | None = None
    again: bool = Field(default=False, description="Rate the chosen orders again that are rated already.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.work_order_ids is not None and self.model_fields_set - {"work_order_ids", "again"}:
            raise ValueError("choose work orders by id or by filter, not both")
        if self.again and self.work_order_ids is None:
            raise ValueError("only work orders chosen by id can be rated again")
        return self


@dataclass(frozen=True)
class OutcomeCount:
    """How many orders have an outcome: `RATED`, `WAITING`, `SKIPPED`, or the code of a refusal.

    `zero_totals` of them came to 0.00.
    """

    outcome: str
    orders: int
    zero_totals: int
    total: Money


@dataclass(frozen=True)
class RunHead:
    """The rating of many orders, with its progress in orders. With `again`, rated orders are rated once more."""

    id: int
    status: RatingRunStatus
    requested_by: str
    requested_at: datetime
    orders: int
    rated: int
    failed: int
    finished_at: datetime | None
    again: bool


@dataclass(frozen=True)
class RatingRun(RunHead):
    """A bulk rating with its counts by outcome, which are empty in a list."""

    outcomes: Sequence[OutcomeCount]


@dataclass(frozen=True)
class RatingRunCheck:
    """What a rating run would do if it were started now, by the latest estimates. Nothing is started.

    `orders` would be rated, and come to `total`. `outcomes` counts all that match: `RATED`, `WAITING` for those without
    an estimate, such as orders to be rated again, `SKIPPED`, or the code of a refusal.
    """

    orders: int
    total: Money
    outcomes: Sequence[OutcomeCount]


def check_of(outcomes: Sequence[OutcomeCount]) -> RatingRunCheck:
    """The check of a run with these expected outcomes. Orders without an estimate may be rated, so they count too."""
    taken = [one for one in outcomes if one.outcome in {"RATED", "WAITING"}]
    return RatingRunCheck(sum(one.orders for one in taken), sum((one.total for one in taken), ZERO), outcomes)


@dataclass(frozen=True)
class RatingResult:
    """The result of one order in a bulk rating: `RATED`, `WAITING`, `SKIPPED`, or the code of a refusal.

    `detail` is the reason, or a warning about what was rated.
    """

    work_order_id: int
    number: str
    outcome: str
    detail: str
    total: Money | None


@dataclass(frozen=True)
class ListedResult(RatingResult):
    """The result of one order, with the profiles nearest to it if its outcome is `NO_PROFILE` and still would be."""

    nearest: Sequence[NearProfile]
