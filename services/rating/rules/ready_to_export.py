"""Owns Rated Workorders Ready to Export: what the report shows, and the warnings for each order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from services.rating.rules.accounts import OpenMonths, dating_faults, is_over_limit
from services.rating.rules.draft_invoices import InvoiceKind
from services.rating.rules.exports.claim import BlockerCode, reason_of
from services.rating.rules.rate_tables import RateTable
from services.rating.rules.rating_warnings import WORDS, facts_of, find_rating_warnings
from shared.values.dates import AwareMoment, CalendarDate
from shared.values.fields import field_names, parts_of
from shared.values.filters import Filter
from shared.values.money import ZERO, Money
from shared.values.numbers import Id
from shared.values.text import CodeText, Line, MonthText, NumberText

ReadyBlocker = BlockerCode | Literal["EXPORT_DATE_REFUSED"]
"""Why an export of everything that is ready would not include an order."""
Notice = Literal["UNKNOWN_BILL_TO", "BILL_TO_ON_HOLD", "BILL_TO_INACTIVE", "OVER_CREDIT_LIMIT", "CHANGED_AFTER_RATING"]
"""What to check before the export, which includes the order all the same."""
CountedWarning = ReadyBlocker | Notice | Literal["RATE_CHANGED"]
_NOTICES: Mapping[Notice, str] = {
    "UNKNOWN_BILL_TO": "no such customer in Accounts Receivable",
    "BILL_TO_ON_HOLD": "customer on hold",
    "BILL_TO_INACTIVE": "customer inactive",
    "CHANGED_AFTER_RATING": "changed after it was rated",
}


@dataclass(frozen=True)
class ReadyOrder:
    """A rated order that is not exported yet."""

    work_order_id: int
    number: str
    revision: int
    invoice_id: int | None
    invoice_kind: InvoiceKind | None
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


@dataclass(frozen=True)
class ReadyFacts(ReadyOrder):
    """A rated order that is not exported yet, with its blockers and notices, and what their words depend on."""

    blockers: Sequence[ReadyBlocker]
    notices: Sequence[Notice]
    negative: str | None
    zero: str | None
    rated_with: Mapping[str, str | None] | None
    rates_digest: str | None


@dataclass(frozen=True)
class ReadyWarning:
    """What to check before an order is exported, as a code and in words."""

    code: CountedWarning
    detail: str

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


@dataclass(frozen=True)
class ReadyRow(ReadyOrder):
    """A rated order that is not exported yet, with what to check before the export.

    Orders blocked by `CYCLE_NOT_ENDED`, `ZERO_TOTAL` and `ON_INVOICE_WITH_ZERO` are exported if they are chosen by id.
    """

    exportable: Annotated[bool, Field(description="Whether an export of all that is ready would include it.")]
    blocked_by: Annotated[ReadyBlocker | None, Field(description="Why such an export would not include it.")]
    warnings: Sequence[ReadyWarning]


class ReadyFilter(Filter):
    """Filters the orders of the report.

    `exportable`, `blocked_by` and `warnings` are those of an export by branch, bill-to and time of rating as they are
    filtered here, with this invoice date and month.
    """

    branch: CodeText | None = None
    bill_to: NumberText | None = None
    invoice_id: Id | None = None
    job_type: CodeText | None = None
    priority: CodeText | None = None
    rollup: bool | None = Field(default=None, description="Whether the order is on a rollup, or waiting for one.")
    exportable: bool | None = Field(
        default=None, description="Whether an export of all that is ready would include it."
    )
    warning: list[CountedWarning] | None = Field(default=None, description="Orders with any of these warnings.")
    search: Line | None = Field(
        default=None,
        description="Text in the number, reference, case title, cause number or matter, or in the name of a person served. "
        "Fewer than three characters are the beginning of the number.",
    )
    rated_until: AwareMoment | None = None
    invoice_date: CalendarDate | None = Field(
        default=None, description="The invoice date of the planned export; if left out, today."
    )
    month: MonthText | None = Field(
        default=None, description="The AR month of the planned export; if left out, that of the invoice date."
    )


@dataclass(frozen=True)
class ReadySums:
    """The totals of ready orders, in the company's currency."""

    charges_total: Money
    advances_total: Money
    commission: Money
    total: Money


@dataclass(frozen=True)
class GroupTotal(ReadySums):
    """The totals of one branch or of one income account."""

    name: str
    orders: int


@dataclass(frozen=True)
class Exportable:
    """What an export of everything that matches would include, as `expected_orders` and `expected_total` of it."""

    orders: int
    invoices: int
    total: Money


@dataclass(frozen=True)
class WarningCount:
    """How many orders have a warning."""

    code: CountedWarning
    orders: int


@dataclass(frozen=True)
class ReadyTotals(ReadySums):
    """Totals of all orders that match the filters, not only of the page.

    `RATE_CHANGED` is only counted if the list is filtered by it.
    """

    count: int
    exportable: Annotated[Exportable, Field(description="What an export of all that matches would include.")]
    by_warning: Annotated[Sequence[WarningCount], Field(description="How many orders have each warning.")]
    by_branch: Sequence[GroupTotal]
    by_income_account: Sequence[GroupTotal]


def total_of(
    by_branch: Sequence[GroupTotal],
    by_income_account: Sequence[GroupTotal],
    exportable: Exportable,
    by_warning: Sequence[WarningCount],
) -> ReadyTotals:
    """Adds up the totals of the branches."""
    return ReadyTotals(
        **{name: sum((getattr(branch, name) for branch in by_branch), ZERO) for name in field_names(ReadySums)},
        count=sum(branch.orders for branch in by_branch),
        exportable=exportable,
        by_warning=by_warning,
        by_branch=by_branch,
        by_income_account=by_income_account,
    )


@dataclass(frozen=True)
class Exposure:
    """A bill-to with a credit limit: what is open in A/R, and what is rated but not in A/R yet."""

    ar_company: int
    bill_to: str
    credit_limit: Decimal
    open_amount: Decimal
    waiting: Decimal


def over_limit(exposures: Iterable[Exposure]) -> dict[tuple[int, str], Decimal]:
    """The credit limits of the bill-tos that are over them, by AR company and number."""
    return {
        (exposure.ar_company, exposure.bill_to): exposure.credit_limit
        for exposure in exposures
        if is_over_limit(exposure.credit_limit, exposure.open_amount, exposure.waiting)
    }


@dataclass(frozen=True)
class PlannedExport:
    """The export that the report is about: its invoice date, and why it would be refused for some AR companies.

    `rates_changed` are the orders whose rates have changed since they were rated, if the report is filtered by that.
    """

    invoice_date: date
    refused: Mapping[int, str]
    rates_changed: Sequence[int] = ()


def plan_export(invoice_date: date, month: str, companies: Mapping[int, OpenMonths | None]) -> PlannedExport:
    """The export that is planned for a date and month; `companies` have no months as long as none were reported."""
    faults = {
        number: dating_faults(invoice_date, month, [months] if months else []) for number, months in companies.items()
    }
    refused = {
        number: "; ".join(detail if name == "month" else f"the invoice date {detail}" for name, detail in found)
        for number, found in faults.items()
        if found
    }
    return PlannedExport(invoice_date, refused)


@dataclass(frozen=True)
class RatedFacts:
    """What decides whether the rates of a ready order have changed since it was rated; see `facts_of`."""

    work_order_id: int
    total: Decimal
    rated_with: Mapping[str, str | None] | None
    service_on: date
    rates_digest: str | None


def with_changed_rates(orders: Iterable[RatedFacts], table: RateTable) -> list[int]:
    """The ids of the orders whose rates have changed since they were rated."""
    found = []
    for one in orders:
        facts = facts_of(one.total, one.rated_with, one.service_on, one.rates_digest)
        if "RATE_CHANGED" in find_rating_warnings(facts, table):
            found.append(one.work_order_id)
    return found


def add_warnings(
    rows: Iterable[ReadyFacts],
    planned: PlannedExport,
    limits_passed: Mapping[tuple[int, str], Decimal],
    table: RateTable,
) -> list[ReadyRow]:
    """Adds its warnings to each order. `limits_passed` are the credit limits of the bill-tos that are over them."""
    return [
        ReadyRow(
            **parts_of(row, ReadyOrder),
            exportable=not row.blockers,
            blocked_by=row.blockers[0] if row.blockers else None,
            warnings=find_warnings(row, planned, limits_passed, table),
        )
        for row in rows
    ]


def find_warnings(
    facts: ReadyFacts, planned: PlannedExport, limits_passed: Mapping[tuple[int, str], Decimal], table: RateTable
) -> list[ReadyWarning]:
    """What to check before the order is exported: what keeps it out of an export of everything, and what else.

    Receivables would refuse a missing or inactive customer. A customer who is on hold or over the credit limit is only a
    warning. An order that was changed after it was rated may have to be rated again. Source: rating, section 4.
    """
    warnings = [
        ReadyWarning(
            code, planned.refused[facts.ar_company] if code == "EXPORT_DATE_REFUSED" else reason_of(code, facts)
        )
        for code in facts.blockers
    ]
    warnings += [ReadyWarning(code, _NOTICES[code]) for code in facts.notices]
    limit = limits_passed.get((facts.ar_company, facts.bill_to))
    if limit is not None:
        warnings.append(ReadyWarning("OVER_CREDIT_LIMIT", f"over credit limit of {limit}"))
    rating = facts_of(facts.total, facts.rated_with, facts.service_on, facts.rates_digest)
    if "RATE_CHANGED" in find_rating_warnings(rating, table):
        warnings.append(ReadyWarning("RATE_CHANGED", WORDS["RATE_CHANGED"]))
    return warnings
