"""Accounting months: which are open, and which one follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

MOST_MONTHS_APART = 13
"""A document may be dated that many months before or after the month that it is posted in, without a warning."""

MOST_MONTHS_BEFORE, MOST_MONTHS_AFTER = 13, 1
"""How far the date of an exported invoice may be from the month that it is posted in."""


def months_after(month: str, count: int) -> str:
    """The month `count` months later. Example: 2026-11 and 3 → 2027-02."""
    year, number = map(int, month.split("-"))
    index = year * 12 + number - 1 + count
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


@lru_cache
def is_open(month: str, last_closed_month: str, max_open_months: int) -> bool:
    """Whether a month accepts postings: it follows the last closed one, within the number of months open at once.

    Example: if 2026-09 was closed last and 3 months may be open, they are 2026-10, 2026-11 and 2026-12.
    Source: receivables, section 3.
    """
    return last_closed_month < month <= months_after(last_closed_month, max_open_months)


NO_END = "9999-12"


@dataclass(frozen=True)
class Months:
    """The months from `first` to `last`, both included."""

    first: str = "0000-00"
    last: str = NO_END


def open_months(last_closed: Sequence[str]) -> Months:
    """The months from the first one that is open in any company on, given the last closed month of each company.

    Example: with 2026-09 and 2026-08 they begin with 2026-09. Without a company they are all months.
    """
    return Months(min(months_after(month, 1) for month in last_closed)) if last_closed else Months()


def is_far_from(day: date, month: str) -> bool:
    """Whether a date is more than 13 months before or after an accounting month, so that one is probably a slip.

    Example: 2025-10-01 is 13 months before 2026-11, 2025-09-30 is more.
    """
    return abs(_months_between(month, day)) > MOST_MONTHS_APART


def export_date_fault(day: date, month: str) -> str | None:
    """Why an exported invoice of this date is not booked in a month, or None if it can be.

    Rating refuses the same dates when an export begins. Example: in 2026-11, dates from 2025-10-01 to 2026-12-31 are
    possible. Source: rating, section 4.
    """
    apart = _months_between(month, day)
    if apart < -MOST_MONTHS_BEFORE:
        return f"the invoice date {day} is more than {MOST_MONTHS_BEFORE} months before {month}"
    if apart > MOST_MONTHS_AFTER:
        return f"the invoice date {day} is more than a month after the end of {month}"
    return None


def _months_between(month: str, day: date) -> int:
    year, number = map(int, month.split("-"))
    return (day.year - year) * 12 + day.month - number


@dataclass(frozen=True)
class MonthRow:
    """A month of a company, whether it is open, and how many transactions are posted in it."""

    ar_company: int
    month: str
    open: bool
    transactions: int


def list_months(companies: Sequence[tuple[int, str, int]], used: Sequence[MonthRow]) -> list[MonthRow]:
    """All open months, and the closed months with transactions.

    `companies` are tuples of company, last closed month, and number of months that may be open at once.
    """
    counted = {(row.ar_company, row.month): row.transactions for row in used}
    for number, last_closed, most in companies:
        for ahead in range(1, most + 1):
            counted.setdefault((number, months_after(last_closed, ahead)), 0)
    limits = {number: (last_closed, most) for number, last_closed, most in companies}
    return [
        MonthRow(company, month, is_open(month, *limits[company]), count)
        for (company, month), count in sorted(counted.items())
    ]
