"""Owns rate tables as people enter them: a key, when it is in force, and lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import Len

from services.rating.records.codes import ItemName
from services.rating.records.commission_terms import CommissionTerms
from services.rating.records.notation import Steps, Zones
from services.rating.records.work_orders import ONE, QuantitySource
from shared.values.columns import (
    AS_DOCUMENT,
    AS_WORDS,
    Code,
    CodeOrNone,
    MoneyOrNone,
    Quantity,
    RateOrNone,
    Record,
    Words,
)
from shared.values.text import SPLIT, YesNo

LineMode = Literal["default", "triggered", "optional"]
PricingMethod = Literal["flat", "per_unit", "tiered", "banded", "percent_of", "multiplier", "zone"]
_MOST_LINES = 500


@dataclass(frozen=True)
class Key:
    """The five values that choose a profile, in the field's order."""

    branch: str
    customer_type: str
    priority: str
    job_type: str
    region: str


class ProfileHead(Record):
    """The key of a profile, when it is in force (both days included), and where its figures come from.

    Customer type, priority, job type and region may be `ANY`.
    """

    branch: Code
    customer_type: Code
    priority: Code
    job_type: Code
    region: Code
    effective_from: date
    effective_to: date | None = None
    source: Words = ""

    @property
    def key(self) -> Key:
        return Key(self.branch, self.customer_type, self.priority, self.job_type, self.region)


class LinePrice(Record):
    """When a line of a rate table comes, and what it costs.

    A unit is `unit_size` of the quantity (1 mile, 15 minutes), after `included_units` of it that are free; with
    `whole_units` a started one counts in full. `minimum` and `maximum` are amounts.
    """

    billing_item: ItemName
    mode: Annotated[LineMode, AS_WORDS] = "default"
    """`default` always comes, `triggered` with its bill type."""
    bill_type: CodeOrNone = None
    """Which flag or outcome makes a triggered line come."""
    method: Annotated[PricingMethod, AS_WORDS] = "flat"
    rate: RateOrNone = None
    """Price of a unit; for `percent_of` a percentage (`10` is 10 %), for `multiplier` the factor; tiers, bands and zones
    have their own rates and none here.
    """
    included_units: Quantity = Decimal(0)
    """So much of the quantity is free."""
    quantity_source: Annotated[QuantitySource, AS_WORDS] = ONE
    """What the proof of delivery reports: `miles`, `servees`, `fee_advances` …"""
    unit_size: Quantity = Decimal(1)
    """How much of the quantity is one unit: 15 minutes."""
    whole_units: YesNo = False
    """A started unit counts in full."""
    times_source: Annotated[QuantitySource | None, AS_WORDS] = None
    """A second quantity that multiplies the amount: per person and hour."""
    steps: Steps = ()
    """Tiers or bands; in a table like `1 = 50; 2 = 10; more = 5`."""
    zones: Zones = ()
    """The matrix of a `zone` line; in a table like `A > B = 25`."""
    base: Annotated[tuple[ItemName, ...], SPLIT, AS_DOCUMENT] = ()
    """What `percent_of` and `multiplier` rest on: billing items, `#2` for the second line of the profile, `fee_advances` for
    all money laid out, `charges` for all other lines with an amount of their own.
    """
    minimum: MoneyOrNone = None
    maximum: MoneyOrNone = None
    comment: Words = ""


class LineEntry(CommissionTerms, LinePrice):
    """One line of a rate table."""


class ProfileEntry(ProfileHead):
    """A rate table as it is entered or written anew."""

    lines: Annotated[Sequence[LineEntry], Len(1, _MOST_LINES)]


class ProfileRow(LineEntry, ProfileHead):
    """One line of a profile in a table; rows that follow one another with the same key and dates make one profile."""
