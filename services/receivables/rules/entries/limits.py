"""Owns how much an amendment may take from a line, or add to it."""

from decimal import Decimal

from services.receivables.rules.entries.amounts import NOTHING, Amounts
from services.receivables.rules.entries.facts import ADJUSTMENT, SETTLING, AppliedLine, TransactionType
from services.receivables.rules.entries.line_facts import BatchLine
from shared.values.money import ZERO

_PARTS = (
    ("amount", "amount", "open amount"),
    ("tax", "amount", "tax in it"),
    ("retainage", "retainage", "retainage due"),
    ("finance_charge", "finance_charge", "finance charge due"),
    ("receivable", "amount", "amount due without retainage and finance charge"),
)


def faults_in_amounts(transaction_type: TransactionType, applied: AppliedLine, taken: Amounts) -> list[tuple[str, str]]:
    """Where an amendment goes beyond the line that it applies to, by field; `taken` is signed as stored.

    What stays open keeps the sign of the line with its adjustments and never exceeds it in size; a credit memo or a
    write-off only takes. Example: a line of 100.00 of which 60.00 was credited can be written off or adjusted
    by 40.00 less, and no more. Source: receivables, sections 2.5 and 2.6.
    """
    if transaction_type in SETTLING and taken.amount * applied.open.amount >= 0:
        return [("amount", f"must take something of line {applied.line}, of which {applied.open.amount} is open")]
    if transaction_type == ADJUSTMENT and taken == NOTHING:
        return [("amount", "an adjustment needs an amount")]
    billed = applied.billed + taken if transaction_type == ADJUSTMENT else applied.billed
    return faults_in_open(applied.line, applied.open + taken, billed, applied.open)


def faults_in_open(line: int, left: Amounts, billed: Amounts, before: Amounts) -> list[tuple[str, str]]:
    """Where what is left of a line would not lie between nothing and what was billed, by field.

    A line of which nothing is left holds no tax and no retainage either. What was applied later took its share of the
    tax by what was there then, so of 0.00 with 0.01 of tax left, the later has to be undone first.
    Source: receivables, section 3.
    """
    faults: dict[str, str] = {}
    for part, field, words in _PARTS:
        if not _within(getattr(left, part), getattr(billed, part)):
            detail = f"line {line}: the {words} is {getattr(before, part)}, this would leave {getattr(left, part)}"
            faults.setdefault(field, detail)
    if not faults and left.amount == 0 and left != NOTHING:
        detail = f"line {line}: this would leave 0.00 that holds tax or retainage; undo first what was applied later"
        faults["amount"] = detail
    return list(faults.items())


def _within(left: Decimal, billed: Decimal) -> bool:
    return (ZERO <= left <= billed) if billed >= 0 else (billed <= left <= ZERO)


def faults_in_change(line: AppliedLine, changed: BatchLine | None) -> list[tuple[str, str]]:
    """Where a line of a posted invoice, changed or removed (None), would hold less than is applied to it.

    `line` is what others have done to it: adjustments, credits and write-offs.
    """
    settled = line.credited + line.written_off
    billed = line.billed + (changed.amounts if changed is not None else NOTHING)
    return faults_in_open(line.line, billed + settled, billed, settled)
