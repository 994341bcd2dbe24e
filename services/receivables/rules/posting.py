"""Owns what a posting writes: transactions, their lines and their GL rows, with the numbers already taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.receivables.rules.distributions import distribute


@dataclass(frozen=True, slots=True)
class NewTransaction:
    """A transaction about to be posted; its id and numbers are taken."""

    id: int
    number: int
    seq: int
    type: str
    customer_id: int
    invoice_number: str
    receivable_type: int
    ar_account: str
    invoice_date: date
    due_on: date
    branch: str | None
    net: Decimal
    tax: Decimal
    total: Decimal
    gl_rows: int
    applies_to_id: int | None
    rating_invoice_id: int | None
    rating_attempt: int | None
    disposition: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line of a transaction about to be posted."""

    transaction_id: int
    line: int
    description: str
    gl_account: str
    quantity: Decimal
    unit_rate: Decimal
    amount: Decimal
    tax: Decimal
    taxable: bool
    work_order_id: int | None
    work_order_number: str | None
    work_order_version: int | None
    work_order_attempt: int | None
    applies_to_id: int | None
    applies_to_line: int | None


@dataclass(frozen=True, slots=True)
class NewDistribution:
    """A GL row of a line about to be posted; positions count from 1 in each transaction."""

    transaction_id: int
    position: int
    line: int
    account: str
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True)
class Posting:
    """Everything that one posting writes; each GL row belongs to a line, each line to a transaction."""

    transactions: Sequence[NewTransaction]
    lines: Sequence[NewLine]
    distributions: Sequence[NewDistribution]


@dataclass(frozen=True)
class Numbers:
    """What a posting has taken: an id for each transaction, and the first of each block of numbers."""

    transaction_ids: Sequence[int]
    transaction: int
    seq: int
    invoice: int = 0


def distribute_lines(lines: Sequence[NewLine], ar_account: str) -> list[NewDistribution]:
    """The GL rows of all lines of one transaction, numbered one after the other."""
    rows = [(line, row) for line in lines for row in distribute(line.amount, ar_account, line.gl_account)]
    return [
        NewDistribution(line.transaction_id, position, line.line, row.account, row.debit, row.credit)
        for position, (line, row) in enumerate(rows, start=1)
    ]
