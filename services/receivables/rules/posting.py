"""What a posting writes: transactions, their lines and their GL rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypedDict

from services.receivables.rules.distributions import Distribution, LineAccounts, distribute, distribute_net
from services.receivables.rules.entries.amounts import Amounts
from services.receivables.rules.entries.facts import Action, LineType, TransactionType
from shared.contracts.invoice_credited import Disposition
from shared.values.fields import light
from shared.values.money import ZERO


class Sums(TypedDict):
    """The sums of a transaction."""

    net: Decimal
    tax: Decimal
    total: Decimal
    gl_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTransaction:
    """A transaction about to be posted. Its lines refer to it by `id`; an invoice gets its number on posting."""

    id: int
    type: TransactionType
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
    applies_to_id: int | None = None
    rating_invoice_id: int | None = None
    rating_attempt: int | None = None
    disposition: Disposition | None = None
    reason: str = ""


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class EntryTransaction(NewTransaction):
    """A transaction from a batch, posted with the `seq` that it has there.

    `action` is `add`, or what is done to the posted transaction `changes_id`: `change`, `delete` or `undo`.
    """

    action: Action = "add"
    changes_id: int | None = None
    number_typed: bool = False
    contract: str | None = None
    description: str = ""
    purchase_order: str = ""
    pay_terms: str | None = None
    discount_on: date | None = None


@light
@dataclass(frozen=True, slots=True)
class NumberedTransaction:
    """A transaction with the numbers that it is posted with."""

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
    tax_code: str | None = None
    tax_basis: Decimal = ZERO
    tax_account: str | None = None

    @property
    def amounts(self) -> Amounts:
        return Amounts(self.amount, self.tax)

    def distribute(self, ar_account: str) -> tuple[Distribution, ...]:
        """The GL rows of the line."""
        # The short way gives the same rows for lines without tax, which most exported lines are.
        if self.tax:
            return distribute(self.amounts, self.accounts(ar_account))
        return distribute_net(self.amount, ar_account, self.gl_account)

    def accounts(self, ar_account: str) -> LineAccounts:
        return LineAccounts(ar_account, self.gl_account, self.tax_account)


@light
@dataclass(frozen=True, slots=True)
class EntryLine(NewLine):
    """A line from a batch. A line with `reverses` takes back a line of the posted transaction that is changed.

    `ar_account` is set if it differs from the transaction's, because its receivable type was changed. `discount` and
    `tax_discount` are offered until the discount date; `contract_units` are units of `contract_item`.
    """

    reverses: bool = False
    ar_account: str | None = None
    line_type: LineType = "other"
    retainage_percent: Decimal = ZERO
    retainage: Decimal = ZERO
    retainage_account: str | None = None
    retainage_tax: Decimal = ZERO
    retainage_tax_account: str | None = None
    finance_charge: Decimal = ZERO
    charge_account: str | None = None
    charge_counter_account: str | None = None
    discount: Decimal = ZERO
    tax_discount: Decimal = ZERO
    contract_item: str | None = None
    contract_units: Decimal = ZERO
    material: str | None = None
    um: str | None = None

    @property
    def amounts(self) -> Amounts:
        return Amounts(self.amount, self.tax, self.retainage, self.retainage_tax, self.finance_charge)

    def distribute(self, ar_account: str) -> tuple[Distribution, ...]:
        if self.tax or self.retainage or self.retainage_tax or self.finance_charge:
            return distribute(self.amounts, self.accounts(ar_account))
        return distribute_net(self.amount, self.ar_account or ar_account, self.gl_account)

    def accounts(self, ar_account: str) -> LineAccounts:
        return LineAccounts(
            self.ar_account or ar_account,
            self.gl_account,
            self.tax_account,
            self.retainage_account,
            self.retainage_tax_account,
            self.charge_account,
            self.charge_counter_account,
        )


@dataclass(frozen=True, slots=True)
class NewMiscDistribution:
    """A miscellaneous distribution of a transaction about to be posted."""

    transaction_id: int
    row: int
    code: str
    description: str
    distributed_on: date
    amount: Decimal


class NewDistribution(NamedTuple):
    """A GL row of a line about to be posted. Positions count from 1 in each transaction. A tuple like Distribution."""

    transaction_id: int
    position: int
    line: int
    account: str
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True)
class Posting:
    """Everything that one posting writes. Each GL row belongs to a line, and each line to a transaction.

    `seqs` are the sequence numbers of the transactions in their batch. Without them, the next ones are assigned.
    """

    transactions: Sequence[NewTransaction]
    lines: Sequence[NewLine]
    distributions: Sequence[NewDistribution]
    misc: Sequence[NewMiscDistribution] = ()
    seqs: Sequence[int] | None = None


@dataclass(frozen=True)
class Numbers:
    """The numbers assigned to a posting: the first transaction number, the sequence numbers, the invoice numbers."""

    transaction: int
    seqs: Sequence[int]
    invoices: Sequence[int]


def number_transactions(transactions: Sequence[NewTransaction], taken: Numbers) -> list[NumberedTransaction]:
    """Numbers the transactions in order. New invoices without a number also get an invoice number."""
    invoice_numbers = iter(taken.invoices)
    return [
        NumberedTransaction(
            transaction,
            taken.transaction + index,
            seq,
            str(next(invoice_numbers)) if transaction.invoice_number is None else transaction.invoice_number,
        )
        for index, (transaction, seq) in enumerate(zip(transactions, taken.seqs, strict=True))
    ]


def sums_of(lines: Sequence[NewLine], rows: Sequence[NewDistribution] = ()) -> Sums:
    """The sums of the lines of a transaction, and the number of their GL rows.

    Example: a line of 105.00 with tax 5.00 is net 100.00.
    """
    total = sum((line.amount for line in lines), ZERO)
    tax = sum((line.tax for line in lines), ZERO)
    return Sums(net=total - tax, tax=tax, total=total, gl_rows=len(rows))


def distribute_lines(lines: Sequence[NewLine], ar_account: str) -> list[NewDistribution]:
    """The GL rows of all lines of one transaction, numbered from 1."""
    rows: list[NewDistribution] = []
    for line in lines:
        for row in line.distribute(ar_account):
            rows.append(NewDistribution(line.transaction_id, len(rows) + 1, line.line, *row))
    return rows
