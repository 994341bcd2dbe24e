"""Billing profiles on the wire and in files."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.rating.rules.billing_profiles import LineEntry, ProfileEntry
from services.rating.rules.rate_tables import BillingProfile, Key
from services.rating.rules.work_orders import ONE
from services.rating.schemas.codes import COMMISSION_METHOD, COMMISSION_RATE, CommissionMethod, ItemName
from services.rating.schemas.notation import Steps, Zones, closed
from shared.http.bodies import ChangeBody
from shared.values.money import Money, Quantity, Rate
from shared.values.text import SPLIT, CodeText, Line, YesNo

Mode = Literal["default", "triggered", "optional"]
Method = Literal["flat", "per_unit", "tiered", "banded", "percent_of", "multiplier", "zone"]
_MOST_LINES = 500


class ProfileLineBody(BaseModel):
    """One line of a rate table."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    billing_item: ItemName
    mode: Mode = Field(default="default", description="`default` always comes, `triggered` with its bill type.")
    bill_type: CodeText | None = Field(default=None, description="Which flag or outcome makes a triggered line come.")
    method: Method = "flat"
    rate: Rate | None = Field(
        default=None,
        description="Price of a unit; for `percent_of` a percentage (`10` is 10 %), for `multiplier` the factor.",
    )
    included_units: Quantity = Field(default=Decimal(0), description="So much of the quantity is free.")
    quantity_source: Annotated[str, Field(max_length=30)] = Field(
        default=ONE, description="What the proof of delivery reports: `miles`, `servees`, `fee_advances` …"
    )
    unit_size: Quantity = Field(default=Decimal(1), description="How much of the quantity is one unit: 15 minutes.")
    whole_units: YesNo = Field(default=False, description="A started unit counts in full.")
    times_source: Annotated[str, Field(max_length=30)] | None = Field(
        default=None, description="A second quantity that multiplies the amount: per person and hour."
    )
    steps: Steps = Field(default=(), description="Tiers or bands; in a table like `1 = 50; 2 = 10; more = 5`.")
    zones: Zones = Field(default=(), description="The matrix of a `zone` line; in a table like `A > B = 25`.")
    base: Annotated[tuple[ItemName, ...], SPLIT] = Field(
        default=(),
        description="What `percent_of` and `multiplier` rest on: billing items, `#2` for the second line of the profile, "
        "`fee_advances` for all money laid out, `charges` for all other lines with an amount of their own.",
    )
    minimum: Money | None = None
    maximum: Money | None = None
    comment: Line = ""
    commission_method: CommissionMethod | None = COMMISSION_METHOD
    commission_rate: Rate | None = COMMISSION_RATE

    def to_line(self) -> LineEntry:
        simple = {name: getattr(self, name) for name in ProfileLineBody.model_fields if name not in {"steps", "zones"}}
        return LineEntry(
            **simple,
            steps=closed(self.steps),
            zones=tuple(one.to_zone_rate() for one in self.zones),
        )


class ProfileHead(BaseModel):
    """The key of a profile, when it is in force (both days included), and where its figures come from.

    Customer type, priority, job type and region may be `ANY`.
    """

    model_config = ConfigDict(extra="forbid")

    branch: CodeText
    customer_type: CodeText
    priority: CodeText
    job_type: CodeText
    region: CodeText
    effective_from: date
    effective_to: date | None = None
    source: Line = ""

    @property
    def key(self) -> Key:
        return Key(self.branch, self.customer_type, self.priority, self.job_type, self.region)


class ProfileBody(ProfileHead):
    """A rate table as it is entered or written anew."""

    lines: tuple[ProfileLineBody, ...] = Field(min_length=1, max_length=_MOST_LINES)

    def to_entry(self) -> ProfileEntry:
        lines = tuple(line.to_line() for line in self.lines)
        return ProfileEntry(self.key, self.effective_from, self.effective_to, self.source, lines)


class ProfileRow(ProfileLineBody, ProfileHead):
    """One line of a profile in a table; rows that follow one another with the same key and dates make one profile."""

    model_config = ConfigDict(extra="forbid")

    @property
    def profile(self) -> tuple[Key, date, date | None, str]:
        """What is the same for all lines of one profile."""
        return self.key, self.effective_from, self.effective_to, self.source


PROFILE_COLUMNS = (*ProfileHead.model_fields, *ProfileLineBody.model_fields)
"""The columns of a table of profiles, as they are exported and imported."""


def table_rows(profiles: list[BillingProfile]) -> list[ProfileRow]:
    """Profiles as rows of a table, one a line."""
    return [
        ProfileRow.model_construct(
            **profile.key._asdict(),
            effective_from=profile.effective_from,
            effective_to=profile.effective_to,
            source=profile.source,
            **dict(ProfileLineBody.model_validate(line, from_attributes=True)),
        )
        for profile in profiles
        for line in profile.lines
    ]


class ProfileCopy(ChangeBody):
    """What is to differ in the copy; what is left out is taken over."""

    branch: CodeText = ""
    customer_type: CodeText = ""
    priority: CodeText = ""
    job_type: CodeText = ""
    region: CodeText = ""
    effective_from: date = date.min
    effective_to: date | None = None
    source: Line = ""


class ProfileEnd(BaseModel):
    """The last day on which a profile is in force; null for until further notice."""

    model_config = ConfigDict(extra="forbid")

    effective_to: date | None


class ProfileLineRead(ProfileLineBody):
    """A line with what its billing item says of it."""

    position: int
    income_account: str
    taxable: bool
    fee_advance: bool


class ProfileRead(BaseModel):
    """A rate table: its key, when it is in force, where its figures come from, and its lines."""

    id: int
    branch: str
    customer_type: str
    priority: str
    job_type: str
    region: str
    effective_from: date
    effective_to: date | None
    source: str
    lines: list[ProfileLineRead]

    @classmethod
    def of(cls, profile: BillingProfile) -> "ProfileRead":
        return cls(
            id=profile.id,
            **profile.key._asdict(),
            effective_from=profile.effective_from,
            effective_to=profile.effective_to,
            source=profile.source,
            lines=[_line_read(line) for line in profile.lines],
        )


def _line_read(line: Any) -> ProfileLineRead:
    names = ("position", "income_account", "taxable", "fee_advance")
    entered = ProfileLineBody.model_validate(line, from_attributes=True)
    return ProfileLineRead.model_construct(**dict(entered), **{name: getattr(line, name) for name in names})


class ProfileQuery(BaseModel):
    """The filters of the list of profiles: any of the five values, a date on which it is in force, and a word."""

    model_config = ConfigDict(extra="ignore")

    branch: CodeText | None = None
    customer_type: CodeText | None = None
    priority: CodeText | None = None
    job_type: CodeText | None = None
    region: CodeText | None = None
    on: date | None = None
    search: Line | None = Field(default=None, description="Part of the source, a billing item, bill type or comment.")
