"""How input becomes entries: headers and lines with their defaults, checked against the invoices they apply to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from services.receivables.records.ar_companies import ArCompany
from services.receivables.records.contract_items import ContractItem
from services.receivables.records.contracts import Contract
from services.receivables.records.customers import Customer
from services.receivables.rules.credit_memos import CreditedOrder
from services.receivables.rules.entries.amounts import NOTHING, Amounts
from services.receivables.rules.entries.entries import Entry, Header
from services.receivables.rules.entries.facts import (
    ADD,
    ADJUSTMENT,
    CHANGE,
    CREDIT_MEMO,
    DELETE,
    INVOICE,
    AppliedInvoice,
    AppliedLine,
    TransactionType,
    sign_of,
)
from services.receivables.rules.entries.fields import Form, Values, fill
from services.receivables.rules.entries.header import (
    BROUGHT_BACK,
    HAS_LINES,
    HEADER,
    HeaderFacts,
    faults_in_header,
    unaffected,
)
from services.receivables.rules.entries.limits import (
    fault_in_document,
    faults_in_amounts,
    faults_in_change,
    faults_in_open,
)
from services.receivables.rules.entries.line_facts import BatchLine, EntryCodes, LineFacts, is_current
from services.receivables.rules.entries.lines import fill_line, unknown_codes
from services.receivables.rules.entries.saved_lines import line_of, unaffected_fields
from services.receivables.rules.tax import tax_discount
from shared.values.money import ZERO

LineFault = tuple[int, str, str]


@dataclass(frozen=True)
class Book:
    """What is known about a company while its entries are entered, validated and posted.

    `lines` are the lines of the posted `invoices`, by invoice id and line number. They include everything applied to
    them, except what the entries at hand apply. `totals` is what is open of each of these invoices as a whole.
    """

    company: ArCompany
    codes: EntryCodes
    today: date
    customers: Mapping[str, Customer] = field(default_factory=dict)
    contracts: Mapping[str, Contract] = field(default_factory=dict)
    items: Mapping[tuple[str, str], ContractItem] = field(default_factory=dict)
    invoices: Mapping[int, AppliedInvoice] = field(default_factory=dict)
    lines: Mapping[int, Mapping[int, AppliedLine]] = field(default_factory=dict)
    totals: Mapping[int, Decimal] = field(default_factory=dict)


def header_facts(book: Book, typed: Values, entry: Entry | None = None, *, has_lines: bool = False) -> HeaderFacts:
    """The facts for the header of a new entry, or of an existing one that is changed.

    `has_lines` says that lines are entered, even if they are not saved yet.
    """
    kept = entry.header.typed() if entry else {}
    values = {**unaffected(kept, typed), **typed}
    frozen = None
    has_lines = has_lines or (entry is not None and len(entry.lines) > 0)
    if entry is not None and (has_lines or entry.header.brought_back):
        frozen = BROUGHT_BACK if entry.header.brought_back else HAS_LINES
        values = {**values, **{name: kept[name] for name in ("type", "customer", "apply_to", "contract")}}
    kind: TransactionType = values.get("type") or INVOICE
    applied = None if kind == INVOICE else book.invoices.get(values.get("apply_to") or 0)
    # An invoice of another company is treated as unknown, so that an entry can never apply to it.
    if applied is not None and applied.ar_company != book.company.number:
        applied = None
    number = values.get("contract") if applied is None else applied.contract
    contract = book.contracts.get(number) if number else None
    customer = applied.customer if applied else values.get("customer") or (contract.customer if contract else None)
    return HeaderFacts(
        company=book.company,
        today=book.today,
        type=kind,
        customer=book.customers.get(customer) if customer else None,
        contract=contract,
        applied=applied,
        terms=book.codes.terms,
        kept=kept or None,
        exported=entry is not None and entry.header.from_rating,
        frozen=frozen,
        has_lines=has_lines,
    )


def fill_header(
    book: Book, typed: Values, entry: Entry | None = None, *, whole: bool = False, has_lines: bool = False
) -> tuple[Form, HeaderFacts]:
    """The header as a form. Unknown names and values that contradict each other are faults like any other.

    A customer that is typed in another spelling is the one that the book has under it. If `typed` is the `whole` header,
    open fields without input get their default; otherwise they stay as they are in the entry. `has_lines` is that of
    `header_facts`.
    """
    customer = book.customers.get(typed.get("customer") or "")
    if customer is not None:
        typed = {**typed, "customer": customer.number}
    facts = header_facts(book, typed, entry, has_lines=has_lines)
    form = fill(HEADER, facts, typed, {} if whole else unaffected(facts.kept or {}, typed))
    values = form.values
    faults = [*form.faults, *faults_in_header(facts)]
    if values["type"] != INVOICE and values["apply_to"] is not None and facts.applied is None:
        detail = f"company {book.company.number} has no posted invoice with id {values['apply_to']}"
        faults.append(("apply_to", detail))
    # Other transactions have the contract and the receivable type of their invoice.
    of_invoices = () if facts.type == INVOICE else ("contract", "receivable_type")
    faults += [fault for fault in unknown_in_header(book, values) if fault[0] not in of_invoices]
    return Form(form.values, form.fields, tuple(faults)), facts


def unknown_in_header(book: Book, typed: Values) -> list[tuple[str, str]]:
    """The names in a header that do not exist, whatever else is wrong with it."""
    company, faults = book.company.number, []
    customer, contract, terms, number = (
        typed.get(name) for name in ("customer", "contract", "pay_terms", "receivable_type")
    )
    if customer is not None and customer not in book.customers:
        faults.append(("customer", f"company {company} has no customer {customer}"))
    if contract is not None and contract not in book.contracts:
        faults.append(("contract", f"company {company} has no contract {contract}"))
    if terms is not None and not is_current(book.codes.terms, terms):
        faults.append(("pay_terms", f"there are no active pay terms {terms}"))
    if number is not None and not is_current(book.codes.types, number):
        faults.append(("receivable_type", f"there is no active receivable type {number}"))
    return faults


def unknown_in_line(book: Book, typed: Values) -> list[tuple[str, str]]:
    """The codes and accounts in the input for a line that do not exist, for a line without a valid header."""
    return unknown_codes(book.codes, book.company.gl_company, typed)


def header_of(form: Form, facts: HeaderFacts, seq: int, entered_by: str, before: Header | None = None) -> Header:
    """The header as it is saved, from a form without faults."""
    values = form.values
    assert facts.customer is not None
    changed = {
        "type": values["type"],
        "customer_id": facts.customer.id,
        "customer": facts.customer.number,
        "contract": values["contract"],
        "receivable_type": values["receivable_type"],
        "invoice_number": values["invoice_number"],
        "number_typed": values["type"] == INVOICE and values["invoice_number"] is not None,
        "apply_to_id": values["apply_to"],
        **{name: values[name] for name in ("description", "purchase_order", "invoice_date", "pay_terms", "due_on")},
        **{name: values[name] for name in ("discount_on", "disposition", "reason")},
        "branch": facts.applied.branch if facts.applied else None,
    }
    if before is None:
        return Header(seq=seq, action=ADD, entered_by=entered_by, **changed)
    # A posted transaction that was brought back keeps its number and what it applies to.
    if before.action != ADD:
        kept = ("apply_to_id", "branch", "invoice_number", "number_typed")
        changed = {name: value for name, value in changed.items() if name not in kept}
    return replace(before, **changed)


def line_facts(book: Book, header: Header, typed: Values, before: BatchLine | None = None) -> LineFacts:
    """The facts for a line under a header."""
    values = {**({} if before is None else unaffected_fields(before, header.type, typed)), **typed}
    apply_line = values.get("apply_line")
    applied = None
    if apply_line is not None and header.type != INVOICE and header.apply_to_id is not None:
        applied = book.lines.get(header.apply_to_id, {}).get(apply_line)
    item = applied.contract_item if applied else values.get("contract_item")
    material = applied.material if applied else values.get("material")
    customer = book.customers.get(header.customer)
    return LineFacts(
        company=book.company,
        codes=book.codes,
        type=header.type,
        receivable_type=book.codes.types[header.receivable_type],
        contract=book.contracts.get(header.contract) if header.contract else None,
        customer_tax_code=customer.tax_code if customer else None,
        terms=book.codes.terms.get(header.pay_terms) if header.pay_terms else None,
        dates=(header.invoice_date, header.discount_on),
        item=book.items.get((header.contract, item)) if header.contract and item else None,
        material=book.codes.materials.get(material) if material else None,
        applied=applied,
    )


def form_of_line(book: Book, header: Header, typed: Values, before: BatchLine | None = None) -> Form:
    """A new or existing line as a form."""
    kept = None if before is None else unaffected_fields(before, header.type, typed)
    return fill_line(line_facts(book, header, typed, before), typed, kept)


def complete_line(
    book: Book, header: Header, number: int, typed: Values, before: BatchLine | None = None
) -> tuple[BatchLine | None, list[tuple[str, str]]]:
    """The line as it is saved, or else the faults by field that keep it from being saved."""
    form = form_of_line(book, header, typed, before)
    if form.faults:
        return None, list(form.faults)
    applied = book.lines.get(header.apply_to_id or 0, {}).get(form.values["apply_line"] or 0)
    line = line_of(number, sign_of(header.type, applied), form.values)
    if applied is not None and header.type == CREDIT_MEMO:
        line = with_work_order(line, applied)
    return line if before is None else replace(line, invoice_line=before.invoice_line), []


def follow_header(book: Book, before: Header, line: BatchLine, after: Header) -> BatchLine:
    """The line under a header whose dates or terms were changed: its discount is calculated again.

    A discount that differs from its default was entered by hand and stays, unless no discount can be offered any more.
    Nothing else on a line depends on what can be changed in a header with lines.
    Example: a line of 1,000.00 under terms of 2 % has a discount of 20.00; after a change to terms of 1 %, 10.00.
    Source: receivables, sections 2.7, 2.10 and 2.11.
    """
    if line.apply_line is not None:
        return line
    earlier_default = form_of_line(book, before, {}, line).fields["discount"].default
    field = form_of_line(book, after, {}, line).fields["discount"]
    if field.open and line.discount != earlier_default:
        return line
    code = book.codes.tax_codes.get(line.tax_code) if line.tax_code else None
    on_tax = ZERO if code is None else tax_discount(book.company, field.default, code.rate)
    return replace(line, discount=field.default, tax_discount=on_tax)


def with_work_order(line: BatchLine, applied: AppliedLine) -> BatchLine:
    """The line of a credit, with the work order of the line that it applies to."""
    return replace(
        line,
        work_order_id=applied.work_order_id,
        work_order_number=applied.work_order_number,
        work_order_version=applied.work_order_version,
        work_order_attempt=applied.work_order_attempt,
    )


def take_from(lines: Mapping[int, AppliedLine], entry: Entry) -> dict[int, AppliedLine]:
    """The lines of an invoice after an entry that adds to it or takes from it, by line number."""
    after = dict(lines)
    for line in entry.lines:
        applied = after.get(line.apply_line or 0)
        if applied is not None:
            after[applied.line] = _moved(applied, entry.header.type, line.amounts)
    return after


def _moved(applied: AppliedLine, kind: TransactionType, amounts: Amounts) -> AppliedLine:
    if kind == ADJUSTMENT:
        return replace(applied, billed=applied.billed + amounts)
    if kind == CREDIT_MEMO:
        return replace(applied, credited=applied.credited + amounts)
    return replace(applied, written_off=applied.written_off + amounts)


def total_after(entry: Entry, total: Decimal) -> Decimal:
    """What is open of an invoice after an entry that applies to it or changes it; `total` is what was open before."""
    return total if entry.header.action == DELETE else total + entry.amount


def faults_in_applied(entry: Entry, lines: Mapping[int, AppliedLine], total: Decimal) -> list[LineFault]:
    """Where an entry exceeds what it applies to, by line and field. Several of its lines may apply to the same line.

    `lines` and `total` are the lines of the invoice and what is open of it, without this entry. After an invoice or an
    amendment is changed or deleted, no line may have less than is applied to it, and neither may the invoice.
    Source: receivables, sections 2.6 and 3.
    """
    faults = _faults_in_lines(entry, lines)
    if faults or (entry.header.type == INVOICE and entry.header.action != CHANGE):
        return faults
    crossed = fault_in_document(entry, lines.values(), total)
    if crossed is None:
        return []
    if not entry.lines or entry.header.action == DELETE:
        return [(0, "action", crossed)]
    last = entry.lines[-1]
    return [(last.line, "net" if last.apply_line is None else "amount", crossed)]


def _faults_in_lines(entry: Entry, lines: Mapping[int, AppliedLine]) -> list[LineFault]:
    header = entry.header
    if header.action == ADD and header.type == INVOICE:
        return []
    if header.action == DELETE and header.type == INVOICE:
        amended = [
            line.line for line in lines.values() if (line.billed, line.credited, line.written_off) != (NOTHING,) * 3
        ]
        detail = "the invoice cannot be deleted, because something is applied to this line"
        return [(line, "action", detail) for line in amended]
    if header.action == CHANGE and header.type == INVOICE:
        return _faults_in_changed_invoice(entry, lines)
    faults: list[LineFault] = []
    state = dict(lines)
    for line in entry.lines if header.action != DELETE else ():
        number = line.invoice_line if line.apply_line is None else line.apply_line
        if number is None:
            continue
        applied = state.get(number)
        if applied is None:
            faults.append((line.line, "apply_line", f"the invoice has no line {number}"))
            continue
        if line.apply_line is not None:
            faults += [(line.line, *fault) for fault in faults_in_amounts(header.type, applied, line.amounts)]
        state[number] = _moved(applied, header.type, line.amounts)
    # Without what the posted transaction did, other amendments may exceed a line that this entry does not mention.
    if header.action != ADD:
        faults += [
            (0, *fault)
            for applied in state.values()
            for fault in faults_in_open(applied, applied.open, applied.billed, applied.open)
        ]
    return faults


def _faults_in_changed_invoice(entry: Entry, lines: Mapping[int, AppliedLine]) -> list[LineFault]:
    changed = {line.invoice_line or line.line: line for line in entry.lines}
    return [(line.line, *fault) for line in lines.values() for fault in faults_in_change(line, changed.get(line.line))]


def orders_credited(entry: Entry, lines: Mapping[int, AppliedLine]) -> list[CreditedOrder]:
    """What a credit memo takes from each work order of its invoice, and what it leaves of it. Amounts are net.

    `lines` are the lines of the invoice without this credit. Source: receivables, sections 2.19 and 4.
    """
    taken: dict[int, Decimal] = {}
    for line in entry.lines:
        if line.work_order_id is not None:
            net = line.amount - line.tax
            taken[line.work_order_id] = taken.get(line.work_order_id, ZERO) - net
    found = []
    for work_order_id in sorted(taken):
        own = [line for line in lines.values() if line.work_order_id == work_order_id]
        before = sum((line.creditable.amount - line.creditable.tax for line in own), ZERO)
        first = own[0]
        found.append(
            CreditedOrder(
                work_order_id,
                first.work_order_number or "",
                first.work_order_version or 0,
                first.work_order_attempt or 0,
                taken[work_order_id],
                before - taken[work_order_id],
            )
        )
    return found


def touched_invoices(headers: Iterable[Header]) -> set[int]:
    """The ids of the posted invoices that entries apply to, change or delete."""
    ids = (header.changes_id if header.apply_to_id is None else header.apply_to_id for header in headers)
    return {invoice_id for invoice_id in ids if invoice_id is not None}


def numbers_typed(entries: Sequence[Entry]) -> list[str]:
    """The numbers that clerks entered for new invoices."""
    headers = [entry.header for entry in entries]
    return [
        header.invoice_number
        for header in headers
        if header.type == INVOICE and header.action == ADD and header.invoice_number is not None
    ]
