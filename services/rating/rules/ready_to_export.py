"""Owns Rated Workorders Ready to Export: what it shows of each order, and what it warns of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from services.rating.rules.accounts import is_over_limit, month_fault
from services.rating.rules.customers import CustomerStatus
from services.rating.rules.draft_invoices import InvoiceKind
from shared.values.dates import AwareMoment
from shared.values.fields import field_names, parts_of
from shared.values.filters import Filter
from shared.values.money import ZERO, Money
from shared.values.numbers import Id
from shared.values.text import CodeText, MonthText, NumberText

_STATUS_WORDS = {"hold": "customer on hold", "inactive": "customer inactive"}


@dataclass(frozen=True)
class ReadyOrder:
    """A rated order that is not exported."""

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
    """A rated order that is not exported, with what it may be warned of for."""

    rolled_up: bool
    bill_to_status: CustomerStatus | None
    changed_at: datetime
    last_closed_month: str | None
    max_open_months: int | None


@dataclass(frozen=True)
class ReadyRow(ReadyOrder):
    """A rated order that is not exported, with what should be looked at before it is."""

    warnings: Sequence[str]


class ReadyFilter(Filter):
    """Which ready orders the report shows, and the month that they are thought of for."""

    branch: CodeText | None = None
    bill_to: NumberText | None = None
    invoice_id: Id | None = None
    rated_until: AwareMoment | None = None
    month: MonthText | None = Field(default=None, description="The AR month that is thought of; warned of if closed.")


@dataclass(frozen=True)
class ReadySums:
    """What ready orders come to, in the company's currency."""

    charges_total: Money
    advances_total: Money
    commission: Money
    total: Money


@dataclass(frozen=True)
class GroupTotal(ReadySums):
    """Totals of one branch, or of one income account."""

    name: str
    orders: int


@dataclass(frozen=True)
class ReadyTotals(ReadySums):
    """Totals of everything that fits the filters, not of the page."""

    count: int
    by_branch: Sequence[GroupTotal]
    by_income_account: Sequence[GroupTotal]


def total_of(by_branch: Sequence[GroupTotal], by_income_account: Sequence[GroupTotal]) -> ReadyTotals:
    """Adds the branches up."""
    return ReadyTotals(
        **{name: sum((getattr(one, name) for one in by_branch), ZERO) for name in field_names(ReadySums)},
        count=sum(one.orders for one in by_branch),
        by_branch=by_branch,
        by_income_account=by_income_account,
    )


@dataclass(frozen=True)
class Exposure:
    """A bill-to with a credit limit: what is open in A/R, and what is rated and not in A/R yet."""

    ar_company: int
    bill_to: str
    credit_limit: Decimal
    open_amount: Decimal
    waiting: Decimal


def over_limit(exposures: Iterable[Exposure]) -> dict[tuple[int, str], Decimal]:
    """The limits of the bill-tos that are over them, by AR company and number."""
    return {
        (one.ar_company, one.bill_to): one.credit_limit
        for one in exposures
        if is_over_limit(one.credit_limit, one.open_amount, one.waiting)
    }


def look_over(
    rows: Iterable[ReadyFacts], today: date, month: str, limits_passed: Mapping[tuple[int, str], Decimal]
) -> list[ReadyRow]:
    """The orders with what a person should look at before they are exported."""
    return [
        ReadyRow(**parts_of(one, ReadyOrder), warnings=warnings_of(one, today, month, limits_passed)) for one in rows
    ]


def warnings_of(
    facts: ReadyFacts, today: date, month: str, limits_passed: Mapping[tuple[int, str], Decimal]
) -> list[str]:
    """What a person should look at before the order is exported; only a negative total stops the export itself.

    A missing or inactive customer would be refused by receivables, and so would a closed `month`; a customer on hold or
    over the credit limit only warns. An order that was changed
    after it was rated may need to be rated again. What waits for its roll-up, or on a rollup whose cycle goes on, is left
    out of an export of everything. Source: rating, section 4.
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
        warnings.append("waits for its roll-up")
    if facts.cycle_to is not None and facts.cycle_to > today:
        warnings.append(f"its cycle runs until {facts.cycle_to}")
    if facts.total < 0:
        warnings.append("negative total")
    return warnings
