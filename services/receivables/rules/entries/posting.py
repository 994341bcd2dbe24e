"""What the entries of a batch post: transactions, lines and GL rows of new, changed and deleted transactions."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal

from services.receivables.records.receivable_types import ReceivableType
from services.receivables.rules.batches import BatchSource
from services.receivables.rules.entries.amounts import Amounts
from services.receivables.rules.entries.book import Book
from services.receivables.rules.entries.entries import Entry, Header, MiscRow
from services.receivables.rules.entries.facts import (
    DELETE,
    INVOICE,
    UNDO,
    WRITE_OFF,
    Action,
    AppliedLine,
    TransactionType,
)
from services.receivables.rules.entries.line_facts import BatchLine
from services.receivables.rules.posting import (
    EntryLine,
    EntryTransaction,
    NewDistribution,
    NewMiscDistribution,
    Posting,
    distribute_lines,
    sums_of,
)
from services.receivables.rules.tax import DISTRIBUTE
from shared.values.money import ZERO


@dataclass(frozen=True)
class Posted:
    """A posted transaction that can be brought back, with its current header, lines and miscellaneous distributions.

    `created` are the lines that it added to its invoice. `undone` says that it was deleted, or is an undone write-off.
    """

    id: int
    ar_company: int
    month: str
    source: BatchSource
    ar_account: str
    from_rating: bool
    undone: bool
    header: Header
    lines: Sequence[EntryLine]
    misc: Sequence[MiscRow] = ()
    created: AbstractSet[int] = frozenset()

    @property
    def applies_to_id(self) -> int | None:
        return self.header.apply_to_id


def bring_back(posted: Posted, action: Action, seq: int, next_line: int, entered_by: str) -> Entry:
    """The entry for a posted transaction that was brought back into a batch to be changed or deleted.

    `next_line` is the number of the next line added to its invoice.
    """
    header = posted.header
    own = header.type == INVOICE
    lines = [_brought_back(line, own=own, created=line.applies_to_line in posted.created) for line in posted.lines]
    # New lines of an invoice must not reuse a number, not even one that an adjustment gave to a line.
    last = next_line - 1 if own else max((line.line for line in lines), default=0)
    changed = replace(
        header,
        seq=seq,
        action=action,
        changes_id=posted.id,
        last_line=last,
        entered_by=entered_by,
        posted=False,
        revision=1,
    )
    return Entry(changed, lines, posted.misc)


def _brought_back(line: EntryLine, *, own: bool, created: bool) -> BatchLine:
    """The line as it is edited. `own` lines belong to the invoice itself, `created` ones were added by an adjustment.

    Both keep their number on the invoice. All others apply to an existing line.
    """
    number = line.line if line.applies_to_line is None else line.applies_to_line
    shared = {name: getattr(line, name) for name in _SHARED}
    return BatchLine(
        line=number if own else line.line,
        apply_line=None if own or created else number,
        invoice_line=number if own or created else None,
        units=line.quantity,
        unit_price=line.unit_rate,
        **shared,
    )


_SHARED = tuple({field.name for field in fields(BatchLine)} & {field.name for field in fields(EntryLine)} - {"line"})


def why_not_bring_back(posted: Posted, ar_company: int, month: str) -> str | None:
    """Why a posted transaction cannot be brought back into a batch of this company and month; None if it can.

    Source: receivables, sections 2.19 and 3.
    """
    if posted.ar_company != ar_company or posted.month != month:
        return f"it was posted in {posted.month} of company {posted.ar_company} and needs a batch of that month"
    if posted.from_rating:
        return "it belongs to an invoice from rating, which can be credited but not edited"
    if posted.source not in {"ar_invoice", "write_off"}:
        return f"it was not entered here; its source is {posted.source}"
    return "it is already deleted or undone" if posted.undone else None


def post_entries(
    book: Book,
    entries: Sequence[Entry],
    posted: Mapping[int, Posted],
    ids: Sequence[int],
    next_lines: Mapping[int, int],
) -> Posting:
    """Everything that entries post, with their seqs. `ids` are the transaction ids, one for each entry.

    A change takes back the current lines of the transaction and writes the new ones. A deletion only takes back.
    Nothing posted is overwritten. `next_lines` is the number of the next line that an adjustment adds, by invoice id.
    Example: changing a posted line from 100.00 to 80.00 posts a new line of 80.00 and a reversing one of −100.00.
    Source: receivables, section 3.
    """
    transactions: list[EntryTransaction] = []
    lines: list[EntryLine] = []
    rows: list[NewDistribution] = []
    misc: list[NewMiscDistribution] = []
    # Shared by all entries, so that two adjustments of one invoice never add lines with the same number.
    next_line_of = dict(next_lines)
    for entry, transaction_id in zip(entries, ids, strict=True):
        before = posted.get(entry.header.changes_id or 0)
        own = _lines(book, entry, transaction_id, before, next_line_of)
        ar_account = _ar_account(book, entry, before)
        own_rows = distribute_lines(own, ar_account)
        transactions.append(_transaction(entry, transaction_id, ar_account, own, own_rows, before))
        lines += own
        rows += own_rows
        if entry.header.action != DELETE:
            misc += [NewMiscDistribution(transaction_id, *(getattr(row, name) for name in _MISC)) for row in entry.misc]
    return Posting(transactions, lines, rows, misc, [entry.seq for entry in entries])


_MISC = tuple(field.name for field in fields(MiscRow))


def _ar_account(book: Book, entry: Entry, before: Posted | None) -> str:
    """The AR account of a transaction.

    The setup of the receivable type may have changed since the posting, so the account of what is posted comes first.
    """
    header = entry.header
    if before is not None and before.header.receivable_type == header.receivable_type:
        return before.ar_account
    if before is None and header.apply_to_id is not None:
        return book.invoices[header.apply_to_id].ar_account
    return book.codes.types[header.receivable_type].ar_account


def _transaction(
    entry: Entry,
    transaction_id: int,
    ar_account: str,
    lines: Sequence[EntryLine],
    rows: Sequence[NewDistribution],
    before: Posted | None,
) -> EntryTransaction:
    header = entry.header
    # A changed or deleted invoice is a new transaction that applies to the posted one.
    applies_to = header.apply_to_id
    if applies_to is None and before is not None:
        applies_to = before.id
    return EntryTransaction(
        id=transaction_id,
        type=header.type,
        customer_id=header.customer_id,
        invoice_number=header.invoice_number,
        receivable_type=header.receivable_type,
        ar_account=ar_account,
        invoice_date=header.invoice_date,
        due_on=header.due_on,
        branch=header.branch,
        applies_to_id=applies_to,
        rating_invoice_id=header.rating_invoice_id,
        rating_attempt=header.rating_attempt,
        disposition=header.disposition,
        reason=header.reason,
        action=header.action,
        changes_id=header.changes_id,
        number_typed=header.number_typed,
        contract=header.contract,
        description=header.description,
        purchase_order=header.purchase_order,
        pay_terms=header.pay_terms,
        discount_on=header.discount_on,
        **sums_of(lines, rows),
    )


def _lines(
    book: Book, entry: Entry, transaction_id: int, before: Posted | None, next_line_of: dict[int, int]
) -> list[EntryLine]:
    """The lines of a transaction: first those that it writes, then those that it takes back."""
    header = entry.header
    written: list[EntryLine] = []
    if header.action != DELETE:
        for line in entry.lines:
            target = _target(entry, line, before, next_line_of)
            applied = book.lines.get(header.apply_to_id or 0, {}).get(line.apply_line or 0)
            written.append(_line(book, entry, line, transaction_id, target, applied))
    if before is None:
        return written
    highest = max((line.line for line in written), default=0)
    target_id = before.id if before.applies_to_id is None else before.applies_to_id
    taken_back = [
        replace(reverse(line, transaction_id, highest + index, target_id), ar_account=before.ar_account)
        for index, line in enumerate(before.lines, start=1)
    ]
    return written + taken_back


def _target(
    entry: Entry, line: BatchLine, before: Posted | None, next_line_of: dict[int, int]
) -> tuple[int | None, int | None]:
    """The invoice id and line that a line applies to; (None, None) for the own lines of a new invoice."""
    header = entry.header
    if header.type == INVOICE:
        return (None, None) if before is None else (before.id, line.line)
    assert header.apply_to_id is not None
    known = line.invoice_line if line.apply_line is None else line.apply_line
    if known is not None:
        return header.apply_to_id, known
    # An adjustment adds this line to the invoice, so it gets the next number there.
    number = next_line_of[header.apply_to_id]
    next_line_of[header.apply_to_id] = number + 1
    return header.apply_to_id, number


def _line(
    book: Book,
    entry: Entry,
    line: BatchLine,
    transaction_id: int,
    target: tuple[int | None, int | None],
    applied: AppliedLine | None,
) -> EntryLine:
    # Accounts come from the line applied to where there is one, so that both sides end at zero on the same accounts
    # even if the setup has changed since.
    type_ = book.codes.types[entry.header.receivable_type]
    tax_account, retainage_tax_account = _tax_accounts(book, line, applied)
    charge, counter = _charge_accounts(type_, entry.header.type)
    return EntryLine(
        transaction_id=transaction_id,
        line=line.line,
        description=line.description,
        gl_account=line.gl_account,
        quantity=line.units,
        unit_rate=line.unit_price,
        amount=line.amount,
        tax=line.tax,
        taxable=line.tax_code is not None,
        work_order_id=line.work_order_id,
        work_order_number=line.work_order_number,
        work_order_version=line.work_order_version,
        work_order_attempt=line.work_order_attempt,
        applies_to_id=target[0],
        applies_to_line=target[1],
        tax_code=line.tax_code,
        tax_basis=line.tax_basis,
        tax_account=tax_account,
        line_type=line.line_type,
        retainage_percent=line.retainage_percent,
        retainage=line.retainage,
        retainage_account=(applied.retainage_account if applied else None) or type_.retainage_account,
        retainage_tax=line.retainage_tax,
        retainage_tax_account=retainage_tax_account,
        finance_charge=line.finance_charge,
        charge_account=(applied.charge_account if applied else None) or charge,
        charge_counter_account=counter,
        discount=line.discount,
        tax_discount=line.tax_discount,
        contract_item=line.contract_item,
        contract_units=line.contract_units,
        material=line.material,
        um=line.um,
    )


def _tax_accounts(book: Book, line: BatchLine, applied: AppliedLine | None) -> tuple[str | None, str | None]:
    """The accounts of the tax, and of the tax held back with retainage.

    The latter has its own account if the company distributes it. What takes from a posted line uses the line's
    accounts.
    """
    if applied is not None and applied.tax_account is not None:
        return applied.tax_account, applied.retainage_tax_account or applied.tax_account
    code = book.codes.tax_codes.get(line.tax_code) if line.tax_code else None
    if code is None:
        return None, None
    distributed = book.company.tax_on_retainage == DISTRIBUTE
    return code.tax_payable_account, code.retainage_tax_account if distributed else code.tax_payable_account


def _charge_accounts(type_: ReceivableType, kind: TransactionType) -> tuple[str, str]:
    """The finance-charge receivable and its counter account, which for a write-off is the write-off account."""
    counter = type_.finance_charge_write_off_account if kind == WRITE_OFF else type_.finance_charge_revenue_account
    return type_.finance_charge_receivable_account, counter


_SIGNED = (
    *("quantity", "amount", "tax", "tax_basis", "retainage", "retainage_tax", "finance_charge"),
    *("discount", "tax_discount", "contract_units"),
)


def reverse(line: EntryLine, transaction_id: int, number: int, invoice_id: int) -> EntryLine:
    """The reversal of a posted line: the same accounts, and every amount with the opposite sign."""
    return replace(
        line,
        transaction_id=transaction_id,
        line=number,
        reverses=True,
        applies_to_id=invoice_id,
        applies_to_line=line.line if line.applies_to_line is None else line.applies_to_line,
        **{name: -getattr(line, name) for name in _SIGNED},
    )


def post_undoing(found: Posted, transaction_id: int, on: date, reason: str) -> Posting:
    """The reversal of a posted write-off, so that AR and retainage are owed again (receivables, sections 3 and 5).

    Example: undoing a write-off of 25.00 debits AR and credits the write-off account with 25.00.
    """
    header = found.header
    assert header.apply_to_id is not None
    lines = [
        reverse(line, transaction_id, index, header.apply_to_id) for index, line in enumerate(found.lines, start=1)
    ]
    rows = distribute_lines(lines, found.ar_account)
    reversal = EntryTransaction(
        id=transaction_id,
        type=header.type,
        customer_id=header.customer_id,
        invoice_number=header.invoice_number,
        receivable_type=header.receivable_type,
        ar_account=found.ar_account,
        invoice_date=on,
        due_on=on,
        branch=header.branch,
        applies_to_id=header.apply_to_id,
        reason=reason,
        action=UNDO,
        changes_id=found.id,
        contract=header.contract,
        description=header.description,
        **sums_of(lines, rows),
    )
    return Posting([reversal], lines, rows)


@dataclass(frozen=True)
class Billed:
    """What a posting adds to the billed units and the billed net amount of a contract item."""

    contract: str
    item: str
    units: Decimal
    amount: Decimal


def billed_by(posting: Posting) -> list[Billed]:
    """What a posting bills or takes back on contract items. Write-offs do not count.

    Example: two lines of 10 units and 500.00 net on the same item are 20 units and 1,000.00.
    Source: receivables, section 2.17.
    """
    contracts = {
        transaction.id: (transaction.contract if isinstance(transaction, EntryTransaction) else None, transaction.type)
        for transaction in posting.transactions
    }
    sums: dict[tuple[str, str], Amounts] = {}
    units: dict[tuple[str, str], Decimal] = {}
    for line in posting.lines:
        contract, kind = contracts[line.transaction_id]
        if not isinstance(line, EntryLine) or contract is None or line.contract_item is None or kind == WRITE_OFF:
            continue
        key = (contract, line.contract_item)
        sums[key] = sums.get(key, Amounts()) + line.amounts
        units[key] = units.get(key, ZERO) + line.contract_units
    return [Billed(*key, units[key], amounts.amount - amounts.tax) for key, amounts in sorted(sums.items())]
