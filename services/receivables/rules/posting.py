"""Owns what a posting writes: transactions, their lines and their GL rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count

from services.receivables.rules.distributions import distribute


@dataclass(frozen=True, slots=True)
class NewTransaction:
    """A transaction about to be posted, with the id that its lines name; an invoice gets its number when posted."""

    id: int
    type: str
    customer_id: int
    invoice_number: str | None
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
class NumberedTransaction:
    """A transaction with the numbers under which it is posted."""

    transaction: NewTransaction
    number: int
    seq: int
    invoice_number: str


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
    """The first of each block of numbers that a posting has taken."""

    transaction: int
    seq: int
    invoice: int


def number_transactions(transactions: Sequence[NewTransaction], first: Numbers) -> list[NumberedTransaction]:
    """Numbers the transactions one after the other, and those that are new invoices also as invoices."""
    invoice_numbers = count(first.invoice)
    return [
        NumberedTransaction(
            one,
            first.transaction + index,
            first.seq + index,
            str(next(invoice_numbers)) if one.invoice_number is None else one.invoice_number,
        )
        for index, one in enumerate(transactions)
    ]


def distribute_lines(lines: Sequence[NewLine], ar_account: str) -> list[NewDistribution]:
    """The GL rows of all lines of one transaction, numbered one after the other."""
    rows = [(line, row) for line in lines for row in distribute(line.amount, ar_account, line.gl_account)]
    return [
        NewDistribution(line.transaction_id, position, line.line, row.account, row.debit, row.credit)
        for position, (line, row) in enumerate(rows, start=1)
    ]
