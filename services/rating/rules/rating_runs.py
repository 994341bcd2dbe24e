"""Owns what a bulk rating is once it is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal, Self

from annotated_types import Len, MinLen
from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.values.money import Money
from shared.values.numbers import Id
from shared.values.text import CodeText, NumberText

RatingRunStatus = Literal["running", "done"]


class RunSelection(BaseModel):
    """Which open orders to rate: those that fit the filter, or those named by id; nothing said means all.

    Named orders get a result in any case, also when they are not ready or rated already; of all others only those that are
    ready are taken.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    branches: Annotated[Sequence[CodeText], MinLen(1)] | None = None
    customers: Annotated[Sequence[NumberText], MinLen(1)] | None = None
    service_to: date | None = Field(default=None, description="Served on this day or before.")
    work_order_ids: Annotated[Sequence[Id], Len(1, 10_000)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.work_order_ids is not None and len(self.model_fields_set) > 1:
            raise ValueError("name work orders by id or by a filter, not both")
        return self


@dataclass(frozen=True)
class OutcomeCount:
    """How many orders ended so: `RATED`, `WAITING`, `SKIPPED`, or the code of the refusal."""

    outcome: str
    orders: int
    total: Money


@dataclass(frozen=True)
class RunHead:
    """The rating of many open orders, with its progress in orders."""

    id: int
    status: RatingRunStatus
    requested_by: str
    requested_at: datetime
    orders: int
    rated: int
    failed: int
    finished_at: datetime | None


@dataclass(frozen=True)
class RatingRun(RunHead):
    """A bulk rating with its counts by outcome; in a list it has none."""

    outcomes: Sequence[OutcomeCount]


@dataclass(frozen=True)
class RatingResult:
    """What became of one order of a bulk rating: `RATED`, `WAITING`, `SKIPPED`, or the code of the refusal."""

    work_order_id: int
    number: str
    outcome: str
    detail: str
    total: Money | None
