"""Owns the validation of a batch: what keeps it from being posted, and what is only worth a look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from services.receivables.rules.batches import Batch, Finding
from services.receivables.rules.entries.book import Book, faults_in_applied, header_facts, orders_credited, take_from
from services.receivables.rules.entries.entries import Entry
from services.receivables.rules.entries.facts import ADD, CREDIT_MEMO, DELETE, INVOICE, AppliedLine
from services.receivables.rules.entries.header import faults_in_header, header_warnings
from services.receivables.rules.entries.line_facts import current
from services.receivables.rules.entries.numbers import NumberInUse, duplicates, normal, words_for
from services.receivables.rules.months import is_open
from shared.values.money import ZERO

ERROR: Final = "error"
WARNING: Final = "warning"


@dataclass(frozen=True)
class Environment:
    """What a batch is held against besides the book: where its invoice numbers stand, and what its customers owe."""

    numbers: Sequence[NumberInUse] = ()
    owed: Mapping[int, Decimal] | None = None


def validate(batch: Batch, book: Book, entries: Sequence[Entry], around: Environment) -> list[Finding]:
    """All findings of a batch, by seq: the same rules as at entry, on what stands there now.

    Entries count one after the other: two that together take more from a line than it holds are found. Source:
    receivables, sections 2 and 3.
    """
    findings = _month(batch, book)
    lines: dict[int, Mapping[int, AppliedLine]] = dict(book.lines)
    owed = dict(around.owed or {})
    uses = Uses(around.numbers)
    for entry in entries:
        header = entry.header
        own_id = header.apply_to_id if header.apply_to_id is not None else header.changes_id
        applied = lines.get(own_id, {}) if own_id is not None else {}
        findings += _entry(book, entry, applied)
        findings += number_warnings(batch.id, entry, uses)
        if header.action == ADD:
            owed[header.customer_id] = owed.get(header.customer_id, ZERO) + entry.total.amount
        findings += credit_warnings(book, entry, owed.get(header.customer_id, ZERO))
        if own_id is not None:
            lines[own_id] = take_from(applied, entry)
    return findings


def _month(batch: Batch, book: Book) -> list[Finding]:
    company = book.company
    if is_open(batch.month, company.last_closed_month, company.max_open_months):
        return []
    words = f"{batch.month} is not open in company {company.number}"
    return [Finding(0, None, "month", "MONTH_CLOSED", ERROR, words)]


def _entry(book: Book, entry: Entry, applied: Mapping[int, AppliedLine]) -> list[Finding]:
    header = entry.header
    facts = header_facts(book, {}, entry)
    findings = [Finding(entry.seq, None, field, "HEADER", ERROR, words) for field, words in faults_in_header(facts)]
    if header.action == ADD:
        findings += [
            Finding(entry.seq, None, field, rule, WARNING, words)
            for field, rule, words in header_warnings(facts, header.typed())
        ]
    if not entry.lines and header.action != DELETE:
        findings.append(Finding(entry.seq, None, "lines", "WITHOUT_LINES", ERROR, "the entry has no lines"))
    unnumbered = header.type == INVOICE and header.invoice_number is None and not header.from_rating
    if unnumbered and not book.company.auto_number_invoices:
        words = "the company does not number invoices automatically"
        findings.append(Finding(entry.seq, None, "invoice_number", "NUMBER_MISSING", ERROR, words))
    findings += _names(book, entry)
    findings += [
        Finding(entry.seq, line or None, field, "LIMIT", ERROR, words)
        for line, field, words in faults_in_applied(entry, applied)
    ]
    return findings + _disposition(entry, applied)


def _names(book: Book, entry: Entry) -> list[Finding]:
    """What an entry names that does not exist any more, or is retired."""
    header, codes = entry.header, book.codes
    found: list[tuple[int | None, str, str]] = []
    if header.action == DELETE:
        return []
    if header.type == INVOICE and not current(codes.types, header.receivable_type):
        found.append((None, "receivable_type", f"there is no receivable type {header.receivable_type}"))
    if header.contract is not None and header.contract not in book.contracts:
        found.append((None, "contract", f"there is no contract {header.contract}"))
    for line in entry.lines:
        if line.gl_account not in codes.accounts:
            words = f"GL company {book.company.gl_company} has no account {line.gl_account}"
            found.append((line.line, "gl_account", words))
        if line.apply_line is None and line.tax_code is not None and not current(codes.tax_codes, line.tax_code):
            found.append((line.line, "tax_code", f"there is no tax code {line.tax_code}"))
    return [Finding(entry.seq, line, field, "UNKNOWN", ERROR, words) for line, field, words in found]


def _disposition(entry: Entry, applied: Mapping[int, AppliedLine]) -> list[Finding]:
    """A credit that brings a work order to zero says what becomes of it, and no other (receivables, section 2.19)."""
    header = entry.header
    if header.type != CREDIT_MEMO or header.action != ADD:
        return []
    gone = [one.number for one in orders_credited(entry, applied) if one.remaining == 0]
    if gone and header.disposition is None:
        words = f"work order {', '.join(gone)} comes to zero: say whether it is rated again (rerate) or closed (close)"
        return [Finding(entry.seq, None, "disposition", "DISPOSITION_MISSING", ERROR, words)]
    if header.disposition is not None and not gone:
        words = "no work order comes to zero: each stays as it is"
        return [Finding(entry.seq, None, "disposition", "DISPOSITION_UNNEEDED", ERROR, words)]
    return []


class Uses:
    """Where invoice numbers stand, looked up by number."""

    def __init__(self, uses: Sequence[NumberInUse]):
        self._by_number: dict[str, list[NumberInUse]] = {}
        for use in uses:
            self._by_number.setdefault(normal(use.invoice_number), []).append(use)

    def of(self, number: str) -> Sequence[NumberInUse]:
        return self._by_number.get(normal(number), ())


def number_warnings(batch_id: int, entry: Entry, uses: Uses) -> list[Finding]:
    """A warning for each place where the invoice number stands already (receivables, section 2.9)."""
    header = entry.header
    if header.type != INVOICE or header.action != ADD or header.invoice_number is None:
        return []
    found = duplicates(header.invoice_number, uses.of(header.invoice_number), own_entry=(batch_id, entry.seq))
    return [
        Finding(entry.seq, None, "invoice_number", "DUPLICATE_NUMBER", WARNING, words_for(use, header.customer))
        for use in found
    ]


def credit_warnings(book: Book, entry: Entry, owed: Decimal) -> list[Finding]:
    """A warning when a customer will owe more than his credit limit; a credit never warns (receivables, section 2.20)."""
    customer = book.customers.get(entry.header.customer)
    if (
        entry.header.type != INVOICE
        or customer is None
        or customer.credit_limit is None
        or owed <= customer.credit_limit
    ):
        return []
    words = f"customer {customer.number} will owe {owed}, the credit limit is {customer.credit_limit}"
    return [Finding(entry.seq, None, "customer", "CREDIT_LIMIT", WARNING, words)]
