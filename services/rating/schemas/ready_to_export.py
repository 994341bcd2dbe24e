"""Rated Workorders Ready to Export on the wire."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.rating.rules.ready_to_export import ReadyFacts, ReadyFilter, ReadyTotals, warnings_of
from shared.values.money import Money
from shared.values.numbers import Id
from shared.values.text import CodeText, MonthText, NumberText


class ReadyQuery(BaseModel):
    """The filters of Ready to Export."""

    model_config = ConfigDict(extra="ignore")

    branch: CodeText | None = None
    bill_to: NumberText | None = None
    invoice_id: Id | None = None
    rated_until: AwareDatetime | None = None
    month: MonthText | None = Field(default=None, description="The AR month that is thought of; warned of if closed.")

    def to_filter(self) -> ReadyFilter:
        return ReadyFilter(**self.model_dump(exclude={"month"}))


class ReadyItem(BaseModel):
    """A rated order that is not exported, with what should be looked at before it is."""

    model_config = ConfigDict(from_attributes=True)

    work_order_id: int
    number: str
    revision: int
    invoice_id: int | None
    invoice_kind: Literal["single", "rollup", "on_demand"] | None
    cycle_to: date | None
    branch: str
    ar_company: int
    customer: str
    bill_to: str
    bill_to_name: str | None
    job_type: str
    priority: str
    region: str
    service_on: date
    rated_by: str
    rated_at: datetime
    rating_version: int
    charges_total: Money
    advances_total: Money
    commission: Money
    total: Money
    warnings: list[str] = []

    @classmethod
    def of(
        cls, facts: ReadyFacts, today: date, month: str, limits_passed: Mapping[tuple[int, str], Decimal]
    ) -> "ReadyItem":
        warnings = warnings_of(facts, today, month, limits_passed)
        return cls.model_validate(facts).model_copy(update={"warnings": warnings})


class GroupTotalRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str
    orders: int
    charges_total: Money
    advances_total: Money
    commission: Money
    total: Money


class ReadyTotalsRead(BaseModel):
    """Totals of everything that fits the filters, not of the page."""

    model_config = ConfigDict(from_attributes=True)

    count: int
    charges_total: Money
    advances_total: Money
    commission: Money
    total: Money
    by_branch: list[GroupTotalRead]
    by_income_account: list[GroupTotalRead]

    @classmethod
    def of(cls, totals: ReadyTotals) -> "ReadyTotalsRead":
        return cls.model_validate(totals)
