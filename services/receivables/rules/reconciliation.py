"""Owns what must add up in receivables, and the rows that name every difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shared.values.money import Money

DifferenceKind = Literal[
    "GL_BALANCE",
    "OPEN_ITEMS",
    "SUB_LEDGER",
    "GL_ROW_MISSING",
    "NUMBERS",
    "ORDER_AND_INVOICE",
    "TRANSACTION_AND_LINES",
]


@dataclass(frozen=True)
class Difference:
    """Something that does not add up, with the document it is about and the amount that is wrong."""

    kind: DifferenceKind
    document: str
    detail: str
    amount: Money


@dataclass(frozen=True)
class AccountSums:
    """An AR account: what the open items say and what the general ledger says; normally the same."""

    gl_company: int
    account: str
    sub_ledger: Money
    general_ledger: Money


@dataclass(frozen=True)
class RunBookings:
    """What was booked and refused of one export run of rating."""

    run_id: int
    booked: int
    booked_net: Money
    refused: int


@dataclass(frozen=True)
class LedgerTotals:
    """Everything posted: what was billed and credited, what is open, and the two sides of the general ledger.

    `exported` is the net of the work orders on invoices that credits have not brought to zero, as rating counts them.
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
    """The two sides of the general ledger are equal, and what is open is what was billed less what was settled."""
    differences = []
    if totals.debit != totals.credit:
        detail = f"debit {totals.debit}, credit {totals.credit}"
        differences.append(Difference("GL_BALANCE", "all postings", detail, totals.debit - totals.credit))
    settled = totals.invoiced + totals.adjusted - totals.credited - totals.written_off
    if totals.open != settled:
        detail = f"open {totals.open}, billed less settled {settled}"
        differences.append(Difference("OPEN_ITEMS", "all invoices", detail, totals.open - settled))
    return differences


def compare_accounts(accounts: Sequence[AccountSums]) -> list[Difference]:
    """Per AR account: the sub-ledger equals the general ledger (receivables, section 3)."""
    return [
        Difference(
            "SUB_LEDGER",
            f"GL company {one.gl_company}, account {one.account}",
            f"sub-ledger {one.sub_ledger}, general ledger {one.general_ledger}",
            one.sub_ledger - one.general_ledger,
        )
        for one in accounts
        if one.sub_ledger != one.general_ledger
    ]
