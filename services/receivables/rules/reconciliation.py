"""What must add up in receivables, and the differences that are reported."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.values.money import ZERO, Money

MOST_TRANSACTIONS = 500_000
"""How many transactions one request checks at most; a run checks any number."""
MOST_KEPT = 1_000
"""How many differences of each month a run keeps at most."""

DifferenceKind = Literal[
    "BATCH_TOTAL",
    "CUSTOMER_ACCOUNT",
    "GL_BALANCE",
    "INVOICE_BALANCE",
    "OPEN_ITEMS",
    "SUB_LEDGER",
    "GL_ROW_MISSING",
    "GL_ROW_SURPLUS",
    "NUMBERS",
    "ORDER_AND_INVOICE",
    "OUTCOME_AND_INVOICE",
    "OVER_SETTLED",
    "TRANSACTION_AND_LINES",
]


@dataclass(frozen=True)
class Difference:
    """Something that does not add up, with the document and the amount of the difference."""

    kind: DifferenceKind
    document: str
    detail: str
    amount: Money


@dataclass(frozen=True)
class RunDifference(Difference):
    """A difference that a run found, with the month of the postings."""

    month: str


@dataclass(frozen=True)
class AccountSums:
    """An AR account in the open items and in the general ledger. The two sums should be equal."""

    gl_company: int
    account: str
    sub_ledger: Money
    general_ledger: Money


@dataclass(frozen=True)
class RunBookings:
    """How much of an export run was booked and refused.

    `orders_digest` is the SHA-256 of the orders on its lines, by invoice in rating and order number; "" without any.
    """

    run_id: int
    orders_digest: str
    booked: int
    booked_net: Money
    refused: int


@dataclass(frozen=True)
class LedgerTotals:
    """The sums of what was posted in some months, what it left open, and both sides of the general ledger.

    `exported` is the net amount of the work orders invoiced in these months that credits did not bring to zero, as
    rating counts it. `unbilled` is of today.
    """

    invoices: int
    invoiced: Money
    adjusted: Money
    credited: Money
    written_off: Money
    open: Money
    exported: Money
    debit: Money
    credit: Money
    unbilled: Money


def compare_totals(totals: LedgerTotals) -> list[Difference]:
    """The differences in the totals: debits must equal credits, and the open amount is billed less settled.

    Example: 1,000.00 invoiced, 100.00 credited and 900.00 open has no difference.
    """
    differences = []
    if totals.debit != totals.credit:
        detail = f"debits are {totals.debit}, credits are {totals.credit}"
        differences.append(Difference("GL_BALANCE", "all postings", detail, totals.debit - totals.credit))
    settled = totals.invoiced + totals.adjusted - totals.credited - totals.written_off
    if totals.open != settled:
        detail = f"{totals.open} is open, but billed less settled is {settled}"
        differences.append(Difference("OPEN_ITEMS", "all invoices", detail, totals.open - settled))
    return differences


def compare_accounts(accounts: Sequence[AccountSums]) -> list[Difference]:
    """The AR accounts whose sub-ledger differs from the general ledger (receivables, section 3)."""
    return [
        Difference(
            "SUB_LEDGER",
            f"GL company {account.gl_company}, account {account.account}",
            f"the sub-ledger has {account.sub_ledger}, the general ledger {account.general_ledger}",
            account.sub_ledger - account.general_ledger,
        )
        for account in accounts
        if account.sub_ledger != account.general_ledger
    ]


@dataclass(frozen=True)
class MonthFigures:
    """The sums of what was posted in one month, as a run found them."""

    totals: LedgerTotals
    accounts: Sequence[AccountSums]
    runs: Sequence[RunBookings]


@dataclass(frozen=True)
class CheckedMonth:
    """A month in a run. `checked_at` is None until its turn, and `failure` says why it could not be checked.

    `transactions` are those posted in it at that time. `differences` counts all of them; a run keeps the first 1,000.
    """

    month: str
    checked_at: datetime | None
    transactions: int
    differences: int
    failure: str


@dataclass(frozen=True)
class ClosedMonth:
    """A month that is closed in all companies: the transactions posted in it, and what the last run found.

    It is `proved` if that run found no difference, and nothing was posted in the month since.
    """

    month: str
    transactions: int
    checked_at: datetime | None
    checked_transactions: int | None
    differences: int | None

    @property
    def proved(self) -> bool:
        return self.differences == 0 and self.transactions == self.checked_transactions


RunStatus = Literal["running", "done"]


@dataclass(frozen=True)
class ReconciliationRun:
    """A reconciliation of every month since the first posting, and how far it is."""

    id: int
    status: RunStatus
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None
    months: int
    checked: int
    failed: int
    differences: int


def sum_figures(months: Sequence[MonthFigures]) -> MonthFigures:
    """The sums of several months as one. Unbilled orders belong to no month, so that they count once."""
    accounts: dict[tuple[int, str], tuple[Money, Money]] = defaultdict(lambda: (ZERO, ZERO))
    for account in (account for month in months for account in month.accounts):
        ours, theirs = accounts[account.gl_company, account.account]
        accounts[account.gl_company, account.account] = (
            ours + account.sub_ledger,
            theirs + account.general_ledger,
        )
    runs: dict[int, RunBookings] = {}
    for run in (run for month in months for run in month.runs):
        # What is refused belongs to no month: the months around it name it as well.
        if run.booked or run.run_id not in runs:
            runs[run.run_id] = run
    return MonthFigures(
        _sum_totals([month.totals for month in months]),
        [AccountSums(*key, *amounts) for key, amounts in sorted(accounts.items())],
        [runs[run_id] for run_id in sorted(runs)],
    )


def _sum_totals(months: Sequence[LedgerTotals]) -> LedgerTotals:
    def total(amount: Callable[[LedgerTotals], Money]) -> Money:
        return sum(map(amount, months), start=ZERO)

    return LedgerTotals(
        invoices=sum(month.invoices for month in months),
        invoiced=total(lambda month: month.invoiced),
        adjusted=total(lambda month: month.adjusted),
        credited=total(lambda month: month.credited),
        written_off=total(lambda month: month.written_off),
        open=total(lambda month: month.open),
        exported=total(lambda month: month.exported),
        debit=total(lambda month: month.debit),
        credit=total(lambda month: month.credit),
        unbilled=months[-1].unbilled if months else ZERO,
    )
