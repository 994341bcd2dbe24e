"""Ratings on the wire."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.rating.actions.ratings import StoredRating
from services.rating.rules.pricing import RatedLine
from shared.values.money import ZERO, Money, Quantity, Rate


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


def lines_of(lines: Sequence[RatedLine], commissions: Mapping[int, Decimal]) -> list[RatingLineRead]:
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
        lines = lines_of(stored.lines, stored.commissions)
        changes = [LineChangeRead.model_validate(one) for one in stored.changes]
        return read.model_copy(update={"lines": lines, "changes": changes})
