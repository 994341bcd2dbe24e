"""Owns what rating knows about accounts and months in Accounts Receivable, in order to warn before an export."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MOST_MONTHS_BEFORE, MOST_MONTHS_AFTER = 13, 1
"""How far the date of an invoice may be from the month that it is posted in."""


@dataclass(frozen=True)
class Account:
    """What a customer owes in an AR company, in the company's currency."""

    ar_company: int
    customer: str
    version: int
    open_amount: Decimal


@dataclass(frozen=True)
class OpenMonths:
    """Which months of an AR company are open: up to so many after the last closed one, `YYYY-MM`."""

    number: int
    last_closed_month: str
    max_open_months: int


@dataclass(frozen=True)
class ArCompany(OpenMonths):
    """An AR company as last reported by receivables."""

    version: int
    name: str


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


def dating_faults(invoice_date: date, month: str, companies: Iterable[OpenMonths]) -> list[tuple[str, str]]:
    """Why invoices of this date cannot be posted to a month of the companies, as field and message of each fault.

    The month must be open in each company. The date must be at most 13 months before the month, and at most one after
    it. Example: for 2026-11, dates from 2025-10-01 to 2026-12-31 are possible. Source: rating, section 4.
    """
    faults = [
        ("month", f"{fault} in company {company.number}")
        for company in companies
        if (fault := month_fault(month, company.last_closed_month, company.max_open_months)) is not None
    ]
    apart = _index(f"{invoice_date:%Y-%m}") - _index(month)
    if apart < -MOST_MONTHS_BEFORE:
        faults.append(("invoice_date", f"is more than {MOST_MONTHS_BEFORE} months before month {month}"))
    if apart > MOST_MONTHS_AFTER:
        faults.append(("invoice_date", f"is more than a month after the end of month {month}"))
    return faults


def _index(month: str) -> int:
    year, number = map(int, month.split("-"))
    return year * 12 + number
