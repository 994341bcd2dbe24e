"""What must add up in receivables, and the differences that are reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shared.values.money import Money

DifferenceKind = Literal[
    "GL_BALANCE",
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
    """The sums of everything posted, what is open, and both sides of the general ledger.

    `exported` is the net amount of the invoiced work orders that credits did not bring to zero, as rating counts it.
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
