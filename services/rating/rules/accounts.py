"""Owns what rating knows about accounts and months in Accounts Receivable, in order to warn before an export."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Account:
    """What a customer owes in an AR company, in the company's currency."""

    ar_company: int
    customer: str
    version: int
    open_amount: Decimal


@dataclass(frozen=True)
class ArCompany:
    """An AR company and its months, `YYYY-MM`."""

    number: int
    version: int
    name: str
    last_closed_month: str
    max_open_months: int


def is_over_limit(credit_limit: Decimal | None, open_amount: Decimal, waiting: Decimal) -> bool:
    """Whether a customer is over the credit limit. Open amounts in A/R and rated orders not yet in A/R count together.

    Example: with a limit of 5,000.00 and 4,900.00 open, rated orders of 100.00 are within it, 100.01 are over it.
    A customer without a limit is never over it. Source: receivables, section 2.20.
    """
    return credit_limit is not None and open_amount + waiting > credit_limit


def month_fault(month: str, last_closed_month: str, max_open_months: int) -> str | None:
    """Why nothing can be posted to a month, or None if the month is open.

    Example: 2026-09 was closed last, and at most 3 months are open. 2026-09 is closed, 2026-10 to 2026-12 are open,
    2027-01 is not open yet. Source: receivables, section 3.
    """
    if month <= last_closed_month:
        return f"month {month} is closed"
    if _index(month) > _index(last_closed_month) + max_open_months:
        return f"month {month} is not open yet"
    return None


def _index(month: str) -> int:
    year, number = map(int, month.split("-"))
    return year * 12 + number
