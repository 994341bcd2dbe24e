"""Owns Rated Workorders Ready to Export: what it shows of each order, and what it warns of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

_STATUS_WORDS = {"hold": "customer on hold", "inactive": "customer inactive"}


@dataclass(frozen=True)
class ReadyFacts:
    """A rated order that is not exported, as stored."""

    work_order_id: int
    number: str
    revision: int
    invoice_id: int | None
    invoice_kind: str | None
    cycle_to: date | None
    rolled_up: bool
    branch: str
    ar_company: int
    customer: str
    bill_to: str
    bill_to_name: str | None
    bill_to_status: str | None
    job_type: str
    priority: str
    region: str
    service_on: date
    rated_by: str
    rated_at: datetime
    changed_at: datetime
    rating_version: int
    charges_total: Decimal
    advances_total: Decimal
    total: Decimal


@dataclass(frozen=True)
class ReadyFilter:
    """Which ready orders the report shows; None leaves a side open."""

    branch: str | None = None
    bill_to: str | None = None
    invoice_id: int | None = None
    rated_until: datetime | None = None


@dataclass(frozen=True)
class GroupTotal:
    """Totals of one branch, or of one income account."""

    name: str
    orders: int
    charges_total: Decimal
    advances_total: Decimal
    total: Decimal


@dataclass(frozen=True)
class ReadyTotals:
    """Totals of everything that fits the filter, in the company's currency."""

    count: int
    charges_total: Decimal
    advances_total: Decimal
    total: Decimal
    by_branch: Sequence[GroupTotal]
    by_income_account: Sequence[GroupTotal]


def warnings_of(facts: ReadyFacts, today: date) -> list[str]:
    """What a person should look at before the order is exported; only a negative total stops the export itself.

    A missing or inactive customer would be refused by receivables; one on hold only warns. An order that was changed
    after it was rated may need to be rated again. What waits for its roll-up, or on a rollup whose cycle goes on, is left
    out of an export of everything. Source: rating, section 4.
    """
    warnings = []
    if facts.bill_to_status is None:
        warnings.append("no such customer in Accounts Receivable")
    elif facts.bill_to_status in _STATUS_WORDS:
        warnings.append(_STATUS_WORDS[facts.bill_to_status])
    if facts.changed_at > facts.rated_at:
        warnings.append("changed after it was rated")
    if facts.rolled_up and facts.invoice_id is None:
        warnings.append("waits for its roll-up")
    if facts.cycle_to is not None and facts.cycle_to > today:
        warnings.append(f"its cycle runs until {facts.cycle_to}")
    if facts.total < 0:
        warnings.append("negative total")
    return warnings
