"""The audit lists of a batch: its entries with old and new values, and what they post to the general ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.receivables.records.ar_companies import GlInterfaceLevel
from services.receivables.rules.distributions import LedgerRow, at_level
from services.receivables.rules.entries.book import Book
from services.receivables.rules.entries.entries import Entry
from services.receivables.rules.entries.facts import DELETE, Action, TransactionType
from services.receivables.rules.entries.line_facts import BatchLine
from services.receivables.rules.entries.posting import Posted, bring_back, post_entries
from shared.values.money import ZERO, Money

_HEADER = (
    *("contract", "receivable_type", "description", "purchase_order", "invoice_date", "pay_terms"),
    *("due_on", "discount_on", "disposition", "reason"),
)
_LINE = (
    *("description", "gl_account", "contract_item", "contract_units", "material", "um", "units", "unit_price"),
    *("tax_code", "tax_basis", "tax", "amount", "retainage", "retainage_tax", "discount", "tax_discount"),
)


@dataclass(frozen=True)
class BatchListRow:
    """A row of the batch list: a line, or a header if `line` is null.

    The old amounts are the current ones of the posted transaction. `changes` lists every other changed field with its
    old and new value.
    """

    seq: int
    action: Action
    type: TransactionType
    customer: str
    invoice_number: str | None
    line: int | None
    description: str
    gl_account: str | None
    amount: Money
    tax: Money
    retainage: Money
    old_amount: Money | None
    old_tax: Money | None
    old_retainage: Money | None
    changes: str


@dataclass(frozen=True)
class BatchListTotals:
    """How many entries a batch has, and their amount."""

    entries: int
    amount: Money


@dataclass(frozen=True)
class DistributionTotals:
    """The debits and credits of a batch."""

    debit: Money
    credit: Money


def total_batch_list(rows: Sequence[BatchListRow]) -> BatchListTotals:
    """The totals of the batch list. Lines do not count: their amounts are part of that of their entry."""
    heads = [row for row in rows if row.line is None]
    return BatchListTotals(len(heads), sum((row.amount for row in heads), ZERO))


def total_ledger(rows: Sequence[LedgerRow]) -> DistributionTotals:
    """The totals of the GL distribution list."""
    return DistributionTotals(sum((row.debit for row in rows), ZERO), sum((row.credit for row in rows), ZERO))


def batch_list(entries: Sequence[Entry], posted: Mapping[int, Posted]) -> list[BatchListRow]:
    """Every entry with its lines. Entries that were brought back show the posted values beside the new ones.

    Source: receivables, section 3.
    """
    rows = []
    for entry in entries:
        source = posted.get(entry.header.changes_id or 0)
        before = None if source is None else bring_back(source, entry.header.action, entry.seq, 1, "")
        rows.append(_header_row(entry, before))
        old = {} if before is None else {_identity(line): line for line in before.lines}
        rows += [_line_row(entry, line, old.pop(_identity(line), None)) for line in entry.lines]
        rows += [_line_row(entry, None, line) for line in old.values()]
    return rows


def _identity(line: BatchLine) -> tuple[int, int | None]:
    return line.line, line.apply_line


def _header_row(entry: Entry, before: Entry | None) -> BatchListRow:
    new = entry.total
    old = None if before is None else before.total
    deleted = entry.header.action == DELETE
    return BatchListRow(
        seq=entry.seq,
        action=entry.header.action,
        type=entry.header.type,
        customer=entry.header.customer,
        invoice_number=entry.header.invoice_number,
        line=None,
        description=entry.header.description,
        gl_account=None,
        amount=ZERO if deleted else new.amount,
        tax=ZERO if deleted else new.tax,
        retainage=ZERO if deleted else new.held_back,
        old_amount=None if old is None else old.amount,
        old_tax=None if old is None else old.tax,
        old_retainage=None if old is None else old.held_back,
        changes="" if before is None else _changes(before.header, entry.header, _HEADER),
    )


def _line_row(entry: Entry, line: BatchLine | None, before: BatchLine | None) -> BatchListRow:
    shown = line or before
    assert shown is not None
    new = None if line is None or entry.header.action == DELETE else line.amounts
    old = None if before is None else before.amounts
    return BatchListRow(
        seq=entry.seq,
        action=entry.header.action,
        type=entry.header.type,
        customer=entry.header.customer,
        invoice_number=entry.header.invoice_number,
        line=shown.line,
        description=shown.description,
        gl_account=shown.gl_account,
        amount=ZERO if new is None else new.amount,
        tax=ZERO if new is None else new.tax,
        retainage=ZERO if new is None else new.held_back,
        old_amount=None if old is None else old.amount,
        old_tax=None if old is None else old.tax,
        old_retainage=None if old is None else old.held_back,
        changes="" if before is None or line is None else _changes(before, line, _LINE),
    )


def _changes(before: Any, after: Any, names: Sequence[str]) -> str:
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in names)
    return "; ".join(f"{name}: {old} → {new}" for name, old, new in pairs if old != new)


def gl_list(
    book: Book,
    entries: Sequence[Entry],
    posted: Mapping[int, Posted],
    next_lines: Mapping[int, int],
    level: GlInterfaceLevel,
) -> list[LedgerRow]:
    """The GL rows that the entries will post, at the detail that the general ledger receives at this level."""
    ids = range(1, len(entries) + 1)
    posting = post_entries(book, entries, posted, ids, next_lines)
    seqs = dict(zip(ids, (entry.seq for entry in entries), strict=True))
    rows = [
        LedgerRow(seqs[row.transaction_id], row.line, row.account, row.debit, row.credit)
        for row in posting.distributions
    ]
    return at_level(rows, level)
