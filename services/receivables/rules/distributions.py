"""Owns what a line posts to the general ledger."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Distribution:
    """One GL row: either debit or credit is 0, the other positive, in the company's currency."""

    account: str
    debit: Decimal
    credit: Decimal


_ZERO = Decimal("0.00")


def distribute(amount: Decimal, ar_account: str, revenue_account: str) -> tuple[Distribution, ...]:
    """The GL rows of a line: an invoice line debits AR and credits revenue, a negative one the other way round.

    So a credit memo, whose lines are negative, debits revenue and credits AR. A line of 0.00 posts nothing.
    Example: 90.00 → AR debit 90.00, revenue credit 90.00. Source: receivables, section 3.
    """
    if amount == 0:
        return ()
    size = abs(amount)
    debited, credited = (ar_account, revenue_account) if amount > 0 else (revenue_account, ar_account)
    return (Distribution(debited, size, _ZERO), Distribution(credited, _ZERO, size))
