"""How large an entry and its lines can be, and how much an amendment can take from a line or add to it."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from services.receivables.rules.entries.amounts import NOTHING, Amounts
from services.receivables.rules.entries.entries import Entry, EntryHead
from services.receivables.rules.entries.facts import ADD, CONTRACT_LINE, DELETE, SETTLING, AppliedLine, TransactionType
from services.receivables.rules.entries.line_facts import BatchLine
from shared.values.money import LARGEST, ZERO, is_too_large

_PARTS = (
    ("amount", "amount", "open amount"),
    ("tax", "amount", "tax in the open amount"),
    ("retainage", "retainage", "retainage due"),
    ("finance_charge", "finance_charge", "finance charge due"),
    ("receivable", "amount", "amount due without retainage and finance charge"),
    ("units", None, "number of units left"),
)


def fault_in_total(header: EntryHead, total: Decimal) -> str | None:
    """Why an entry with this total is too large, or None.

    What only reduces a posted invoice is limited by that invoice, which may have been entered before there was a cap.
    Example: three lines of 400,000,000.00 are 1,200,000,000.00, and refused.
    """
    if header.action == DELETE or header.type in SETTLING or not is_too_large(total):
        return None
    return f"the lines add up to {total:,.2f}, but must come to at most {LARGEST:,}"


_SIZED = ("net", "retainage", "tax_basis", "tax", "amount", "discount", "tax_discount")


def fault_in_size(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """The first field of a new line whose amount is too large, such as units × price or net + tax; None if none is.

    Example: 9,000.000 units at 200,000.00000 are 1,800,000,000.00 net, and refused.
    """
    for name in _SIZED:
        if values[name] is not None and is_too_large(values[name]):
            return name, f"comes to {values[name]:,.2f}, but must be at most {LARGEST:,}"
    return None


def fault_in_retainage(retainage: Decimal, net: Decimal) -> str | None:
    """Why a line cannot hold back that much, or None: retainage has the sign of its line and is at most its net amount.

    Example: a line of 1,000.00 net can hold back from 0.00 to 1,000.00, one of −200.00 from −200.00 to 0.00.
    Source: receivables, sections 2.6 and 2.14.
    """
    if _within(retainage, net):
        return None
    return f"must be between {min(net, ZERO):,.2f} and {max(net, ZERO):,.2f}, the net amount of the line"


def faults_in_amounts(transaction_type: TransactionType, applied: AppliedLine, taken: Amounts) -> list[tuple[str, str]]:
    """Where an amendment exceeds the line that it applies to, by field. `taken` has the sign that is stored.

    What remains open must keep the sign of the line and must not be larger than the adjusted line. Credit memos and
    write-offs can only reduce a line, and adjustments cannot turn it around.
    Example: on a line of 100.00 with 60.00 credited, at most 40.00 can be written off or adjusted downward; on one of
    100.00 without credits, at most 100.00.
    Source: receivables, sections 2.5 and 2.6.
    """
    before = applied.open
    if transaction_type in SETTLING:
        if taken.amount * before.amount >= 0:
            return [("amount", f"must reduce line {applied.line}, which has {before.amount} open")]
        return faults_in_open(applied, before + taken, applied.billed, before)
    if taken.is_zero:
        return [("amount", "an adjustment needs an amount")]
    billed = applied.billed + taken
    if applied.sign * (before + taken).amount < 0 or applied.sign * billed.amount < 0:
        left = (before + taken).amount
        return [("amount", f"line {applied.line}: the open amount is {before.amount}; this would leave {left}")]
    if applied.billed.units * billed.units < 0:
        return [(_units_of(applied), f"line {applied.line}: this would leave {billed.units} units")]
    return faults_in_billed(applied, billed) or faults_in_open(applied, before + taken, billed, before)


def faults_in_billed(line: AppliedLine, billed: Amounts) -> list[tuple[str, str]]:
    """Where a line with its adjustments would not be a possible line, by field."""
    fault = fault_in_retainage(billed.retainage, billed.net)
    return (
        [] if fault is None else [("retainage", f"line {line.line}: with this it is {billed.retainage}, but {fault}")]
    )


def faults_in_open(line: AppliedLine, left: Amounts, billed: Amounts, before: Amounts) -> list[tuple[str, str]]:
    """Where the rest of a line would not be between 0.00 and what was billed, by field. The same holds for its units.

    A line with nothing left must not have tax or retainage left either. Later amendments took their share of the tax
    from what was left at the time, so if 0.00 with 0.01 of tax would remain, the later amendment must be undone first.
    Source: receivables, section 3.
    """
    faults: dict[str, str] = {}
    for part, field, name in _PARTS:
        if not _within(getattr(left, part), getattr(billed, part)):
            detail = f"line {line.line}: the {name} is {getattr(before, part)}; this would leave {getattr(left, part)}"
            faults.setdefault(field or _units_of(line), detail)
    if not faults and left.amount == 0 and not left.is_zero:
        detail = f"line {line.line}: this would leave tax or retainage on 0.00; first undo what was applied later"
        faults["amount"] = detail
    return list(faults.items())


def _units_of(line: AppliedLine) -> str:
    return "contract_units" if line.line_type == CONTRACT_LINE else "units"


def _within(left: Decimal, billed: Decimal) -> bool:
    return (ZERO <= left <= billed) if billed >= 0 else (billed <= left <= ZERO)


def faults_in_change(line: AppliedLine, changed: BatchLine | None) -> list[tuple[str, str]]:
    """Where a line of a posted invoice would have less than is applied to it, after a change or a removal (None).

    `line` holds only what was applied to the line: adjustments, credits and write-offs.
    """
    settled = line.credited + line.written_off
    billed = line.billed + (changed.amounts if changed is not None else NOTHING)
    return faults_in_billed(line, billed) or faults_in_open(line, billed + settled, billed, settled)


def fault_in_document(entry: Entry, lines: Iterable[AppliedLine], total: Decimal) -> str | None:
    """Why what is open of a whole invoice would come to the other side of zero, or None.

    `lines` and `total`, what is open of the invoice, are without this entry. Whatever the single lines allow, credits,
    write-offs and adjustments take no more than is open of the document, and a change or a deletion leaves no less than
    is applied.
    Example: an invoice of 60.00 and −45.00 has 15.00 open; a credit of 20.00 of its first line is refused.
    Source: receivables, sections 2.5 and 2.6.
    """
    header = entry.header
    moved = ZERO if header.action == DELETE else entry.amount
    billed = sum((line.billed.amount for line in lines), ZERO)
    after = total + moved
    if header.action == ADD:
        sign = -1 if (total or billed) < 0 else 1
        crosses = sign * moved < 0 and sign * after < 0
    else:
        billed += ZERO if header.type in SETTLING else moved
        crosses = after * (-1 if billed < 0 else 1) < 0
    return f"the invoice has {total} open; this would leave {after}" if crosses else None
