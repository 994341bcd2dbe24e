"""Bulk ratings on the wire."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.rating.rules.rating_runs import OutcomeCount, RatingRun, RunSelection
from shared.values.money import Money
from shared.values.numbers import Id
from shared.values.text import CodeText, NumberText


class RatingRunRequest(BaseModel):
    """Which open orders to rate: those that fit the filter, or those named by id; nothing said means all.

    Named orders get a result in any case, also when they are not ready or rated already.
    """

    model_config = ConfigDict(extra="forbid")

    branches: list[CodeText] | None = Field(default=None, min_length=1)
    customers: list[NumberText] | None = Field(default=None, min_length=1)
    service_to: date | None = Field(default=None, description="Served on this day or before.")
    work_order_ids: list[Id] | None = Field(default=None, min_length=1, max_length=10_000)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.work_order_ids is not None and len(self.model_fields_set) > 1:
            raise ValueError("name work orders by id or by a filter, not both")
        return self

    def to_selection(self) -> RunSelection:
        return RunSelection(**self.model_dump())


class OutcomeRead(BaseModel):
    """How many orders ended so: `RATED`, `WAITING`, `SKIPPED`, or the code of the refusal."""

    model_config = ConfigDict(from_attributes=True)

    outcome: str
    orders: int
    total: Money


class RatingRunRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    status: Literal["running", "done"]
    requested_by: str
    requested_at: datetime
    orders: int
    rated: int
    failed: int
    finished_at: datetime | None
    outcomes: list[OutcomeRead] = []

    @classmethod
    def of(cls, run: RatingRun, outcomes: Sequence[OutcomeCount] = ()) -> "RatingRunRead":
        read = cls.model_validate(run)
        return read.model_copy(update={"outcomes": [OutcomeRead.model_validate(one) for one in outcomes]})


class RatingResultRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    work_order_id: int
    number: str
    outcome: str
    detail: str
    total: Money | None
