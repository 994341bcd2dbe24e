"""Ratings and bulk ratings on the wire."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.rating.actions.ratings import StoredRating, Trial
from services.rating.rules.charges import ChargeEntry
from services.rating.rules.pricing import RatedLine, explain
from services.rating.rules.ratings import OutcomeCount, RatingRun, RunSelection
from services.rating.schemas.charges import ChargeBody, OverrideBody
from services.rating.schemas.orders import WorkOrderEntry
from shared.money import ZERO, Money, Quantity, Rate
from shared.numbers import Id
from shared.text import CodeText, NumberText


class RatingKey(BaseModel):
    """The five values by which the profile was found."""

    model_config = ConfigDict(from_attributes=True)

    branch: str
    customer_type: str
    priority: str
    job_type: str
    region: str


class LineVerdict(BaseModel):
    """Why a line came or did not: every line of the profile, every prebill, every line by hand, every override."""

    position: int
    billing_item: str
    verdict: Literal["charged", "not_triggered", "no_quantity", "no_base", "optional", "not_applied"]
    words: str


class Explanation(BaseModel):
    """How the rating came about.

    `key` is the order's, `profile_key` that of the profile, which may hold `ANY`. What the order carries and no line takes
    up stands in `unused_triggers` and `unused_quantities`.
    """

    key: RatingKey
    profile_key: RatingKey | None = None
    region_from: Literal["order", "zip"]
    effective_from: date
    source: str
    fired_triggers: list[str] = []
    unused_triggers: list[str] = []
    unused_quantities: list[str] = []
    lines: list[LineVerdict]


class ServerPart(BaseModel):
    """A server of a prebill with his share of its amount; the last one takes the odd cent."""

    server: str
    share: Quantity
    amount: Money


class RatingLineRead(BaseModel):
    """One charge. `quantity_source` is `hand` where a person entered the quantity.

    An overridden line carries the amount that it would have had, and why it has another.
    """

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
    method: str
    comment: str
    original_amount: Money | None
    override_reason: str | None
    servers: list[ServerPart]
    commission: Money = Field(default=ZERO, description="What the line earns its servers together.")


def _lines(lines: Sequence[RatedLine], commissions: Mapping[int, Decimal]) -> list[RatingLineRead]:
    read = [RatingLineRead.model_validate(line) for line in lines]
    return [one.model_copy(update={"commission": commissions.get(one.position, ZERO)}) for one in read]


class LineChangeRead(BaseModel):
    """What a billing item came to in the rating before, and comes to now."""

    model_config = ConfigDict(from_attributes=True)

    billing_item: str
    before: Money | None
    after: Money | None


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
    """`changes` is what the rating charges otherwise than the one before it."""

    lines: list[RatingLineRead] = []
    changes: list[LineChangeRead] = []

    @classmethod
    def of(cls, stored: StoredRating) -> "RatingRead":
        read = cls.model_validate(stored.head)
        lines = _lines(stored.lines, stored.commissions)
        changes = [LineChangeRead.model_validate(one) for one in stored.changes]
        return read.model_copy(update={"lines": lines, "changes": changes})


class TrialRead(BaseModel):
    """What a rating would be; nothing was stored. `not_ready` says why the order cannot be rated for good yet."""

    profile_id: int
    region: str
    charges_total: Money
    advances_total: Money
    total: Money
    not_ready: str
    lines: list[RatingLineRead]
    explanation: Explanation

    @classmethod
    def of(cls, trial: Trial) -> "TrialRead":
        rated = trial.rated
        return cls(
            profile_id=rated.profile.id,
            region=rated.region,
            charges_total=rated.charges_total,
            advances_total=rated.advances_total,
            total=rated.total,
            not_ready=trial.not_ready,
            lines=_lines(rated.lines, trial.commissions),
            explanation=Explanation.model_validate(explain(rated)),
        )


class TrialRequest(BaseModel):
    """An order that need not exist, with what would be entered for it."""

    model_config = ConfigDict(extra="forbid")

    order: WorkOrderEntry
    prebills: tuple[ChargeBody, ...] = Field(default=(), max_length=100)
    manual_lines: tuple[ChargeBody, ...] = Field(default=(), max_length=100)
    overrides: tuple[OverrideBody, ...] = Field(default=(), max_length=100)

    def to_charges(self) -> dict[str, ChargeEntry]:
        """The charges by where they stand."""
        return {
            **{f"/prebills/{index}": one.to_entry("prebill") for index, one in enumerate(self.prebills)},
            **{f"/manual_lines/{index}": one.to_entry("manual") for index, one in enumerate(self.manual_lines)},
            **{f"/overrides/{index}": one.to_entry() for index, one in enumerate(self.overrides)},
        }


class NearProfileRead(BaseModel):
    """A profile that nearly fits, and the values that differ."""

    model_config = ConfigDict(from_attributes=True)

    profile_id: int
    key: RatingKey
    differs: list[str]


class GapRead(BaseModel):
    """A combination of the five keys that open orders use and no profile covers."""

    model_config = ConfigDict(from_attributes=True)

    reason: Literal["NO_PROFILE", "REGION_REQUIRED", "REGION_AMBIGUOUS"]
    branch: str
    customer_type: str
    priority: str
    job_type: str
    region: str | None
    served_zip: str | None
    service_from: date
    service_to: date
    orders: int
    example: str = Field(description="The number of one of the orders.")
    nearest: list[NearProfileRead]


class CoverageRead(BaseModel):
    """`orders` are open and use `combinations` of the five keys; `waiting` of them cannot be rated, for the gaps named."""

    model_config = ConfigDict(from_attributes=True)

    orders: int
    combinations: int
    waiting: int
    gaps: list[GapRead]


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
