"""Ratings and bulk ratings on the wire."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.rating.rules.pricing import RatedLine
from services.rating.rules.ratings import OutcomeCount, RatingHead, RatingRun
from shared.money import Money, Quantity, Rate
from shared.text import CodeText


class RatingKey(BaseModel):
    """The five values by which the profile was found."""

    branch: str
    customer_type: str
    priority: str
    job_type: str
    region: str


class LineVerdict(BaseModel):
    """Why a line of the profile came or did not."""

    position: int
    billing_item: str
    verdict: Literal["charged", "not_triggered", "no_quantity", "optional"]
    words: str


class Explanation(BaseModel):
    """How the rating came about; a verdict for every line of the profile, charged or not."""

    key: RatingKey
    region_from: Literal["order", "zip"]
    effective_from: date
    source: str
    lines: list[LineVerdict]


class RatingLineRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    position: int
    billing_item: str
    income_account: str
    quantity: Quantity
    quantity_source: str
    unit_rate: Rate
    amount: Money
    taxable: bool
    fee_advance: bool
    origin: Literal["rate", "auto", "prebill", "manual"]


class RatingSummary(BaseModel):
    """One version of an order's price."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    profile_id: int
    region: str
    rated_by: str
    rated_at: datetime
    charges_total: Money
    advances_total: Money
    total: Money
    explanation: Explanation


class RatingRead(RatingSummary):
    lines: list[RatingLineRead] = []

    @classmethod
    def of(cls, head: RatingHead, lines: Sequence[RatedLine]) -> "RatingRead":
        read = cls.model_validate(head)
        return read.model_copy(update={"lines": [RatingLineRead.model_validate(line) for line in lines]})


class RatingRunRequest(BaseModel):
    """Which open orders to rate: those of some branches, or all."""

    model_config = ConfigDict(extra="forbid")

    branches: list[CodeText] | None = Field(default=None, min_length=1)


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
