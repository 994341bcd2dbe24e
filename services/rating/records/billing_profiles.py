"""Owns billing profiles as people enter them: a key, the dates in force, and lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import Len

from services.rating.records.codes import ItemName
from services.rating.records.commission_terms import CommissionTerms
from services.rating.records.notation import Steps, Zones
from services.rating.records.work_orders import ONE, EnteredSource
from shared.values.columns import (
    AS_DOCUMENT,
    AS_WORDS,
    Code,
    CodeOrNone,
    MoneyOrNone,
    RateOrNone,
    Record,
    Words,
    Worth,
)
from shared.values.dates import CalendarDate
from shared.values.text import SPLIT, YesNo

LineMode = Literal["default", "triggered", "optional"]
PricingMethod = Literal["flat", "per_unit", "tiered", "banded", "percent_of", "multiplier", "zone"]
_MOST_LINES = 500


@dataclass(frozen=True)
class Key:
    """The five values that choose a profile, in the order in which they are written."""

    branch: str
    customer_type: str
    priority: str
    job_type: str
    region: str


class ProfileHead(Record):
    """The key of a profile, the dates between which it is in force (both included), and the source of its figures.

    Customer type, priority, job type and region may be `ANY`.
    """

    branch: Code
    customer_type: Code
    priority: Code
    job_type: Code
    region: Code
    effective_from: CalendarDate
    effective_to: CalendarDate | None = None
    source: Words = ""

    @property
    def key(self) -> Key:
        return Key(self.branch, self.customer_type, self.priority, self.job_type, self.region)


class LinePrice(Record):
    """When a line of a rate table is charged, and how its amount is calculated.

    The first `included_units` of the quantity are free. The rest is charged in units of `unit_size` (1 mile, 15
    minutes); with `whole_units` a started unit counts in full. `minimum` and `maximum` are amounts.
    """

    billing_item: ItemName
    mode: Annotated[LineMode, AS_WORDS] = "default"
    """`default` is always charged, `triggered` with its bill type, `optional` only if it is added by hand."""
    bill_type: CodeOrNone = None
    """The flag or outcome that triggers the line."""
    method: Annotated[PricingMethod, AS_WORDS] = "flat"
    rate: RateOrNone = None
    """The price of a unit.

    For `percent_of` it is a percentage (`10` is 10 %), for `multiplier` the factor. Tiers, bands and zones have their
    own rates, so lines with those leave it out.
    """
    included_units: Worth = Decimal(0)
    """How much of the quantity is free."""
    quantity_source: Annotated[EnteredSource, AS_WORDS] = ONE
    """The quantity: `miles`, `servees`, `fee_advances` … in the proof of delivery, or the code of one of the company's own."""
    unit_size: Worth = Decimal(1)
    """How much of the quantity is one unit, such as 15 minutes."""
    whole_units: YesNo = False
    """A started unit counts in full."""
    times_source: Annotated[EnteredSource | None, AS_WORDS] = None
    """A second quantity that multiplies the amount, for rates per person and hour."""
    steps: Steps = ()
    """Tiers or bands. In a file: `1 = 50; 2 = 10; more = 5`."""
    zones: Zones = ()
    """The matrix of a `zone` line. In a file: `A > B = 25`."""
    base: Annotated[tuple[ItemName, ...], SPLIT, AS_DOCUMENT] = ()
    """What a `percent_of` or `multiplier` line is calculated from.

    Billing items, `#2` for the second line of the profile, `fee_advances` for all money laid out, or `charges` for all
    other lines that do not depend on others.
    """
    minimum: MoneyOrNone = None
    maximum: MoneyOrNone = None
    comment: Words = ""


class LineEntry(CommissionTerms, LinePrice):
    """One line of a rate table."""


class ProfileEntry(ProfileHead):
    """A billing profile as it is entered or replaced."""

    lines: Annotated[Sequence[LineEntry], Len(1, _MOST_LINES)]


class ProfileRow(LineEntry, ProfileHead):
    """One line of a profile in a file. Consecutive rows with the same key and dates are one profile."""
