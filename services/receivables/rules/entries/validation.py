"""The validation of a batch: the errors that block posting, and the warnings that do not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from services.receivables.rules.batches import Batch, Finding
from services.receivables.rules.entries.book import (
    Book,
    faults_in_applied,
    header_facts,
    orders_credited,
    take_from,
    total_after,
)
from services.receivables.rules.entries.entries import Entry
from services.receivables.rules.entries.facts import ADD, CREDIT_MEMO, DELETE, INVOICE, AppliedLine
from services.receivables.rules.entries.header import faults_in_header, header_warnings
from services.receivables.rules.entries.limits import fault_in_retainage, fault_in_total
from services.receivables.rules.entries.line_facts import is_current
from services.receivables.rules.entries.numbers import NumberInUse, describe_use, duplicates, normalized
from services.receivables.rules.months import is_open
from shared.values.money import ZERO
from shared.values.numbers import counted

ERROR: Final = "error"
WARNING: Final = "warning"


@dataclass(frozen=True)
class Environment:
    """What else a batch is checked against: where its invoice numbers are in use, and what its customers owe."""

    numbers: Sequence[NumberInUse] = ()
    owed: Mapping[int, Decimal] | None = None


def validate(batch: Batch, book: Book, entries: Sequence[Entry], environment: Environment) -> list[Finding]:
    """All findings of a batch, by seq. The rules are the same as for input, applied to the current records.

    Entries count one after the other, so two of them that together take more from a line than it has are found.
    Source: receivables, sections 2 and 3.
    """
    findings = [*_fault_of_month(batch, book), *_control_warnings(batch, entries)]
    lines: dict[int, Mapping[int, AppliedLine]] = dict(book.lines)
    totals = dict(book.totals)
    owed = dict(environment.owed or {})
    uses = Uses(environment.numbers)
    for entry in entries:
        header = entry.header
        own_id = header.apply_to_id if header.apply_to_id is not None else header.changes_id
        applied = lines.get(own_id, {}) if own_id is not None else {}
        total = totals.get(own_id, ZERO) if own_id is not None else ZERO
        findings += _entry(book, entry, batch.month)
        findings += [
            Finding(entry.seq, line or None, field, "LIMIT", ERROR, detail)
            for line, field, detail in faults_in_applied(entry, applied, total)
        ]
        findings += _disposition(entry, applied)
        findings += number_warnings(batch.id, entry, uses)
        if header.action == ADD:
            owed[header.customer_id] = owed.get(header.customer_id, ZERO) + entry.amount
        findings += credit_warnings(book, entry, owed.get(header.customer_id, ZERO))
        if own_id is not None:
            lines[own_id] = take_from(applied, entry)
            totals[own_id] = total_after(entry, total)
    return findings


def _fault_of_month(batch: Batch, book: Book) -> list[Finding]:
    company = book.company
    if is_open(batch.month, company.last_closed_month, company.max_open_months):
        return []
    detail = f"{batch.month} is not open in company {company.number}"
    return [Finding(0, None, "month", "MONTH_CLOSED", ERROR, detail)]


def _control_warnings(batch: Batch, entries: Sequence[Entry]) -> list[Finding]:
    """A warning if the entries do not add up to the control total, or are not as many as the control count.

    Example: 3 entries of 100.00 in a batch with a control total of 250.00 and a control count of 3 give one warning.
    """
    found = []
    entered = sum((entry.amount for entry in entries), ZERO)
    if batch.control_total is not None and batch.control_total != entered:
        detail = f"the entries add up to {entered}, but the control total is {batch.control_total}"
        found.append(Finding(0, None, "control_total", "CONTROL_TOTAL_DIFFERS", WARNING, detail))
    if batch.control_count is not None and batch.control_count != len(entries):
        detail = (
            f"the batch has {counted(len(entries), 'entry', 'entries')}, but the control count is {batch.control_count}"
        )
        found.append(Finding(0, None, "control_count", "CONTROL_COUNT_DIFFERS", WARNING, detail))
    return found


def _entry(book: Book, entry: Entry, month: str) -> list[Finding]:
    header = entry.header
    facts = header_facts(book, {}, entry)
    findings = [Finding(entry.seq, None, field, "HEADER", ERROR, detail) for field, detail in faults_in_header(facts)]
    if header.action != DELETE:
        findings += [
            Finding(entry.seq, None, field, rule, WARNING, detail)
            for field, rule, detail in header_warnings(facts, header.typed(), month)
        ]
    if not entry.lines and header.action != DELETE:
        findings.append(Finding(entry.seq, None, "lines", "WITHOUT_LINES", ERROR, "the entry has no lines"))
    too_large = fault_in_total(header, entry.amount)
    if too_large is not None:
        findings.append(Finding(entry.seq, None, "lines", "TOO_LARGE", ERROR, too_large))
    unnumbered = header.type == INVOICE and header.invoice_number is None and not header.from_rating
    if unnumbered and not book.company.auto_number_invoices:
        detail = "is required, because the company does not number invoices automatically"
        findings.append(Finding(entry.seq, None, "invoice_number", "NUMBER_MISSING", ERROR, detail))
    findings += _names(book, entry)
    if header.action != DELETE:
        findings += _retained(entry)
    return findings


def _retained(entry: Entry) -> list[Finding]:
    """The new lines that hold back more than they have, which were entered when that was possible."""
    found = [(line.line, fault_in_retainage(line.retainage, line.amounts.net)) for line in entry.lines]
    new = {line.line for line in entry.lines if line.apply_line is None}
    return [
        Finding(entry.seq, number, "retainage", "LIMIT", ERROR, detail)
        for number, detail in found
        if detail is not None and number in new
    ]


def _names(book: Book, entry: Entry) -> list[Finding]:
    """The names in an entry that no longer exist or are retired."""
    header, codes = entry.header, book.codes
    found: list[tuple[int | None, str, str]] = []
    if header.action == DELETE:
        return []
    if header.type == INVOICE and not is_current(codes.types, header.receivable_type):
        found.append((None, "receivable_type", f"there is no active receivable type {header.receivable_type}"))
    if header.contract is not None and header.contract not in book.contracts:
        found.append((None, "contract", f"there is no contract {header.contract}"))
    for line in entry.lines:
        if line.gl_account not in codes.accounts:
            detail = f"GL company {book.company.gl_company} has no account {line.gl_account}"
            found.append((line.line, "gl_account", detail))
        if line.apply_line is None and line.tax_code is not None and not is_current(codes.tax_codes, line.tax_code):
            found.append((line.line, "tax_code", f"there is no active tax code {line.tax_code}"))
    return [Finding(entry.seq, line, field, "UNKNOWN", ERROR, detail) for line, field, detail in found]


def _disposition(entry: Entry, applied: Mapping[int, AppliedLine]) -> list[Finding]:
    """A credit needs a disposition exactly if it brings a work order to zero (receivables, section 2.19)."""
    header = entry.header
    if header.type != CREDIT_MEMO or header.action != ADD:
        return []
    at_zero = [order.number for order in orders_credited(entry, applied) if order.remaining == 0]
    if at_zero and header.disposition is None:
        detail = f"work order {', '.join(at_zero)} comes to zero; choose rerate to rate it again, or close to close it"
        return [Finding(entry.seq, None, "disposition", "DISPOSITION_MISSING", ERROR, detail)]
    if header.disposition is not None and not at_zero:
        detail = "must be left out, because no work order comes to zero"
        return [Finding(entry.seq, None, "disposition", "DISPOSITION_UNNEEDED", ERROR, detail)]
    return []


class Uses:
    """Where invoice numbers are in use, by number."""

    def __init__(self, uses: Sequence[NumberInUse]):
        self._by_number: dict[str, list[NumberInUse]] = {}
        for use in uses:
            self._by_number.setdefault(normalized(use.invoice_number), []).append(use)

    def of(self, number: str) -> Sequence[NumberInUse]:
        return self._by_number.get(normalized(number), ())


def number_warnings(batch_id: int, entry: Entry, uses: Uses) -> list[Finding]:
    """A warning for each place where the invoice number is already in use (receivables, section 2.9)."""
    header = entry.header
    if header.type != INVOICE or header.action != ADD or header.invoice_number is None:
        return []
    found = duplicates(header.invoice_number, uses.of(header.invoice_number), own_entry=(batch_id, entry.seq))
    return [
        Finding(entry.seq, None, "invoice_number", "DUPLICATE_NUMBER", WARNING, describe_use(use, header.customer))
        for use in found
    ]


def credit_warnings(book: Book, entry: Entry, owed: Decimal) -> list[Finding]:
    """A warning if a customer will owe more than their credit limit. Credits never warn.

    Example: a customer with a limit of 500.00 who owes 450.00 gets a warning for an invoice of 60.00.
    Source: receivables, section 2.20.
    """
    customer = book.customers.get(entry.header.customer)
    if (
        entry.header.type != INVOICE
        or customer is None
        or customer.credit_limit is None
        or owed <= customer.credit_limit
    ):
        return []
    detail = f"customer {customer.number} will owe {owed}, but the credit limit is {customer.credit_limit}"
    return [Finding(entry.seq, None, "customer", "CREDIT_LIMIT", WARNING, detail)]
