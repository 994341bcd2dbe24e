"""How large an entry and its lines can be, and how much an amendment can take from a line or add to it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from services.receivables.rules.entries.amounts import NOTHING, Amounts
from services.receivables.rules.entries.entries import EntryHead
from services.receivables.rules.entries.facts import ADJUSTMENT, DELETE, SETTLING, AppliedLine, TransactionType
from services.receivables.rules.entries.line_facts import BatchLine
from shared.values.money import LARGEST, ZERO, is_too_large

_PARTS = (
    ("amount", "amount", "open amount"),
    ("tax", "amount", "tax in the open amount"),
    ("retainage", "retainage", "retainage due"),
    ("finance_charge", "finance_charge", "finance charge due"),
    ("receivable", "amount", "amount due without retainage and finance charge"),
)


def fault_in_total(header: EntryHead, total: Decimal) -> str | None:
    """Why an entry with this total is too large, or None.

    What only reduces a posted invoice is limited by that invoice, which may have been entered before there was a cap.
    Example: three lines of 400,000,000.00 are 1,200,000,000.00, and refused.
    """
    if header.action == DELETE or header.type in SETTLING or not is_too_large(total):
        return None
    return f"the lines add up to {total:,}, but must come to at most {LARGEST:,}"


_SIZED = ("net", "retainage", "tax_basis", "tax", "amount", "discount", "tax_discount")


def fault_in_size(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """The first field of a new line whose amount is too large, such as units × price or net + tax; None if none is.

    Example: 9,000.000 units at 200,000.00000 are 1,800,000,000.00 net, and refused.
    """
    for name in _SIZED:
        if values[name] is not None and is_too_large(values[name]):
            return name, f"comes to {values[name]:,}, but must be at most {LARGEST:,}"
    return None


def faults_in_amounts(transaction_type: TransactionType, applied: AppliedLine, taken: Amounts) -> list[tuple[str, str]]:
    """Where an amendment exceeds the line that it applies to, by field. `taken` has the sign that is stored.

    What remains open must keep the sign of the adjusted line and must not be larger. Credit memos and write-offs can
    only reduce a line.
    Example: on a line of 100.00 with 60.00 credited, at most 40.00 can be written off or adjusted downward.
    Source: receivables, sections 2.5 and 2.6.
    """
    if transaction_type in SETTLING and taken.amount * applied.open.amount >= 0:
        return [("amount", f"must reduce line {applied.line}, which has {applied.open.amount} open")]
    if transaction_type == ADJUSTMENT and taken == NOTHING:
        return [("amount", "an adjustment needs an amount")]
    billed = applied.billed + taken if transaction_type == ADJUSTMENT else applied.billed
    return faults_in_open(applied.line, applied.open + taken, billed, applied.open)


def faults_in_open(line: int, left: Amounts, billed: Amounts, before: Amounts) -> list[tuple[str, str]]:
    """Where the rest of a line would not be between 0.00 and what was billed, by field.

    A line with nothing left must not have tax or retainage left either. Later amendments took their share of the tax
    from what was left at the time, so if 0.00 with 0.01 of tax would remain, the later amendment must be undone first.
    Source: receivables, section 3.
    """
    faults: dict[str, str] = {}
    for part, field, name in _PARTS:
        if not _within(getattr(left, part), getattr(billed, part)):
            detail = f"line {line}: the {name} is {getattr(before, part)}; this would leave {getattr(left, part)}"
            faults.setdefault(field, detail)
    if not faults and left.amount == 0 and left != NOTHING:
        detail = f"line {line}: this would leave tax or retainage on 0.00; first undo what was applied later"
        faults["amount"] = detail
    return list(faults.items())


def _within(left: Decimal, billed: Decimal) -> bool:
    return (ZERO <= left <= billed) if billed >= 0 else (billed <= left <= ZERO)


def faults_in_change(line: AppliedLine, changed: BatchLine | None) -> list[tuple[str, str]]:
    """Where a line of a posted invoice would have less than is applied to it, after a change or a removal (None).

    `line` holds only what was applied to the line: adjustments, credits and write-offs.
    """
    settled = line.credited + line.written_off
    billed = line.billed + (changed.amounts if changed is not None else NOTHING)
    return faults_in_open(line.line, billed + settled, billed, settled)
