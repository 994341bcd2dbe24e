"""Owns Rated Workorders Ready to Export: what the report shows, and the warnings for each order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from services.rating.rules.accounts import is_over_limit, month_fault
from services.rating.rules.customers import CustomerStatus
from services.rating.rules.draft_invoices import InvoiceKind
from services.rating.rules.rate_tables import RateTable
from services.rating.rules.rating_warnings import facts_of, find_rating_warnings, in_words
from shared.values.dates import AwareMoment
from shared.values.fields import field_names, parts_of
from shared.values.filters import Filter
from shared.values.money import ZERO, Money
from shared.values.numbers import Id
from shared.values.text import CodeText, MonthText, NumberText

_STATUS_WORDS = {"hold": "customer on hold", "inactive": "customer inactive"}


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
    """A rated order that is not exported yet, with the facts on which its warnings depend."""

    rolled_up: bool
    bill_to_status: CustomerStatus | None
    changed_at: datetime
    last_closed_month: str | None
    max_open_months: int | None
    rated_with: Mapping[str, str | None] | None
    rates_digest: str | None


@dataclass(frozen=True)
class ReadyRow(ReadyOrder):
    """A rated order that is not exported yet, with what to check before the export."""

    warnings: Sequence[str]


class ReadyFilter(Filter):
    """Filters the orders of the report. `month` is the AR month of the planned export."""

    branch: CodeText | None = None
    bill_to: NumberText | None = None
    invoice_id: Id | None = None
    rated_until: AwareMoment | None = None
    month: MonthText | None = Field(
        default=None, description="The AR month of the planned export. The report warns if it is not open."
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
class ReadyTotals(ReadySums):
    """Totals of all orders that match the filters, not only of the page."""

    count: int
    by_branch: Sequence[GroupTotal]
    by_income_account: Sequence[GroupTotal]


def total_of(by_branch: Sequence[GroupTotal], by_income_account: Sequence[GroupTotal]) -> ReadyTotals:
    """Adds up the totals of the branches."""
    return ReadyTotals(
        **{name: sum((getattr(branch, name) for branch in by_branch), ZERO) for name in field_names(ReadySums)},
        count=sum(branch.orders for branch in by_branch),
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


def add_warnings(
    rows: Iterable[ReadyFacts],
    today: date,
    month: str,
    limits_passed: Mapping[tuple[int, str], Decimal],
    table: RateTable,
) -> list[ReadyRow]:
    """Adds its warnings to each order. `limits_passed` are the credit limits of the bill-tos that are over them."""
    return [
        ReadyRow(
            **parts_of(row, ReadyOrder),
            warnings=[
                *find_warnings(row, today, month, limits_passed),
                *map(
                    in_words,
                    find_rating_warnings(facts_of(row.total, row.rated_with, row.service_on, row.rates_digest), table),
                ),
            ],
        )
        for row in rows
    ]


def find_warnings(
    facts: ReadyFacts, today: date, month: str, limits_passed: Mapping[tuple[int, str], Decimal]
) -> list[str]:
    """What to check before the order is exported. Only a negative total prevents the export itself.

    Receivables would refuse a missing or inactive customer and a closed `month`. A customer who is on hold or over the
    credit limit is only a warning. An order that was changed after it was rated may have to be rated again. Orders that
    wait for their roll-up, or for the end of their cycle, are not part of an export of everything.
    Source: rating, section 4.
    """
    warnings = []
    if facts.bill_to_status is None:
        warnings.append("no such customer in Accounts Receivable")
    elif facts.bill_to_status in _STATUS_WORDS:
        warnings.append(_STATUS_WORDS[facts.bill_to_status])
    limit = limits_passed.get((facts.ar_company, facts.bill_to))
    if limit is not None:
        warnings.append(f"over credit limit of {limit}")
    if facts.last_closed_month is not None and facts.max_open_months is not None:
        closed = month_fault(month, facts.last_closed_month, facts.max_open_months)
        if closed is not None:
            warnings.append(f"{closed} in company {facts.ar_company}")
    if facts.changed_at > facts.rated_at:
        warnings.append("changed after it was rated")
    if facts.rolled_up and facts.invoice_id is None:
        warnings.append("waiting for its roll-up")
    if facts.cycle_to is not None and facts.cycle_to > today:
        warnings.append(f"its cycle ends on {facts.cycle_to}")
    if facts.total < 0:
        warnings.append("negative total")
    return warnings
