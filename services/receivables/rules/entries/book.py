"""Owns how typing becomes entries: header and lines filled with what the records say, and held against what they apply to."""

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
)
from services.receivables.rules.entries.fields import Form, Values, fill
from services.receivables.rules.entries.header import (
    BROUGHT_BACK,
    HAS_LINES,
    HEADER,
    HeaderFacts,
    faults_in_header,
    still_kept,
)
from services.receivables.rules.entries.limits import faults_in_amounts, faults_in_change, faults_in_open
from services.receivables.rules.entries.line_facts import BatchLine, EntryCodes, LineFacts, current
from services.receivables.rules.entries.lines import fill_line, kept_of, line_of
from services.receivables.rules.tax import tax_discount
from shared.values.money import ZERO

LineFault = tuple[int, str, str]


@dataclass(frozen=True)
class Book:
    """What is known of a company while its entries are typed, validated and posted.

    `lines` are those of the posted `invoices`, with everything applied to them but by the entries at hand.
    """

    company: ArCompany
    codes: EntryCodes
    today: date
    customers: Mapping[str, Customer] = field(default_factory=dict)
    contracts: Mapping[str, Contract] = field(default_factory=dict)
    items: Mapping[tuple[str, str], ContractItem] = field(default_factory=dict)
    invoices: Mapping[int, AppliedInvoice] = field(default_factory=dict)
    lines: Mapping[int, Mapping[int, AppliedLine]] = field(default_factory=dict)


def header_facts(book: Book, typed: Values, entry: Entry | None = None) -> HeaderFacts:
    """The facts for the header of a new entry, or of one that is changed."""
    kept = entry.header.typed() if entry else {}
    wanted = {**still_kept(kept, typed), **typed}
    frozen = None
    if entry is not None and (entry.lines or entry.header.brought_back):
        frozen = BROUGHT_BACK if entry.header.brought_back else HAS_LINES
        wanted = {**wanted, **{name: kept[name] for name in ("type", "customer", "apply_to", "contract")}}
    kind: TransactionType = wanted.get("type") or INVOICE
    applied = None if kind == INVOICE else book.invoices.get(wanted.get("apply_to") or 0)
    if applied is not None and applied.ar_company != book.company.number:
        applied = None
    number = wanted.get("contract") if applied is None else applied.contract
    contract = book.contracts.get(number) if number else None
    customer = applied.customer if applied else wanted.get("customer") or (contract.customer if contract else None)
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
        has_lines=entry is not None and len(entry.lines) > 0,
    )


def fill_header(book: Book, typed: Values, entry: Entry | None = None) -> tuple[Form, HeaderFacts]:
    """The header as a form; what names nothing that exists, or does not fit together, is a fault like any other."""
    facts = header_facts(book, typed, entry)
    form = fill(HEADER, facts, typed, still_kept(facts.kept or {}, typed))
    values = form.values
    faults = [*form.faults, *faults_in_header(facts)]
    if values["type"] != INVOICE and values["apply_to"] is not None and facts.applied is None:
        words = f"company {book.company.number} has no posted invoice {values['apply_to']}"
        faults.append(("apply_to", words))
    if values["customer"] is not None and facts.customer is None:
        faults.append(("customer", f"company {book.company.number} has no customer {values['customer']}"))
    if values["contract"] is not None and facts.contract is None and facts.type == INVOICE:
        faults.append(("contract", f"company {book.company.number} has no contract {values['contract']}"))
    if values["pay_terms"] is not None and not current(book.codes.terms, values["pay_terms"]):
        faults.append(("pay_terms", f"there are no pay terms {values['pay_terms']}"))
    number = values["receivable_type"]
    if number is not None and facts.type == INVOICE and not current(book.codes.types, number):
        faults.append(("receivable_type", f"there is no receivable type {values['receivable_type']}"))
    return Form(form.values, form.fields, tuple(faults)), facts


def header_of(form: Form, facts: HeaderFacts, seq: int, entered_by: str, before: Header | None = None) -> Header:
    """The header as it is kept, from a form without faults."""
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
    if before.action != ADD:
        kept = ("apply_to_id", "branch", "invoice_number", "number_typed")
        changed = {name: value for name, value in changed.items() if name not in kept}
    return replace(before, **changed)


def line_facts(book: Book, header: Header, typed: Values, before: BatchLine | None = None) -> LineFacts:
    """The facts for a line under a header."""
    wanted = {**({} if before is None else kept_of(before, header.type, typed)), **typed}
    apply_line = wanted.get("apply_line")
    applied = None
    if apply_line is not None and header.type != INVOICE and header.apply_to_id is not None:
        applied = book.lines.get(header.apply_to_id, {}).get(apply_line)
    item = applied.contract_item if applied else wanted.get("contract_item")
    material = applied.material if applied else wanted.get("material")
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
    """A line as a form: new, or one that is there already."""
    kept = None if before is None else kept_of(before, header.type, typed)
    return fill_line(line_facts(book, header, typed, before), typed, kept)


def complete_line(
    book: Book, header: Header, number: int, typed: Values, before: BatchLine | None = None
) -> tuple[BatchLine | None, list[tuple[str, str]]]:
    """The line as it is kept, or why it cannot be."""
    form = form_of_line(book, header, typed, before)
    if form.faults:
        return None, list(form.faults)
    line = line_of(number, header.type, form.values)
    applied = book.lines.get(header.apply_to_id or 0, {}).get(line.apply_line or 0)
    if applied is not None and header.type == CREDIT_MEMO:
        line = with_work_order(line, applied)
    return line if before is None else replace(line, invoice_line=before.invoice_line), []


def follow_header(book: Book, before: Header, line: BatchLine, after: Header) -> BatchLine:
    """The line under a header whose dates or terms were typed anew: the discount that those gave is calculated again.

    One that differs from what the header gave was typed by hand and stays, unless none may be offered any more. Nothing
    else of a line rests on what can change of a header that has lines. Source: receivables, sections 2.7, 2.10 and 2.11.
    """
    if line.apply_line is not None:
        return line
    given = form_of_line(book, before, {}, line).fields["discount"].default
    field = form_of_line(book, after, {}, line).fields["discount"]
    if field.open and line.discount != given:
        return line
    code = book.codes.tax_codes.get(line.tax_code) if line.tax_code else None
    of_tax = ZERO if code is None else tax_discount(book.company, field.default, code.rate)
    return replace(line, discount=field.default, tax_discount=of_tax)


def with_work_order(line: BatchLine, applied: AppliedLine) -> BatchLine:
    """A credit says which work order it takes from, as the line does that it applies to."""
    return replace(
        line,
        work_order_id=applied.work_order_id,
        work_order_number=applied.work_order_number,
        work_order_version=applied.work_order_version,
        work_order_attempt=applied.work_order_attempt,
    )


def take_from(lines: Mapping[int, AppliedLine], entry: Entry) -> dict[int, AppliedLine]:
    """The lines of the invoice after an entry that adds to it or takes from it."""
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


def faults_in_applied(entry: Entry, lines: Mapping[int, AppliedLine]) -> list[LineFault]:
    """Where an entry goes beyond what it applies to, by line and field; several lines may take from the same one.

    `lines` are those of the invoice without what this entry does. Deleting or changing an invoice must leave no line
    with less than is applied to it; deleting or changing an amendment likewise. Source: receivables, sections 2.6 and 3.
    """
    header = entry.header
    if header.action == ADD and header.type == INVOICE:
        return []
    if header.action == DELETE and header.type == INVOICE:
        touched = [one.line for one in lines.values() if (one.billed, one.credited, one.written_off) != (NOTHING,) * 3]
        return [
            (line, "action", "something is applied to this line: the invoice cannot be deleted") for line in touched
        ]
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
            faults += [(line.line, *one) for one in faults_in_amounts(header.type, applied, line.amounts)]
        state[number] = _moved(applied, header.type, line.amounts)
    if header.action != ADD:
        left = [fault for one in state.values() for fault in faults_in_open(one.line, one.open, one.billed, one.open)]
        faults += [(0, *one) for one in left]
    return faults


def _faults_in_changed_invoice(entry: Entry, lines: Mapping[int, AppliedLine]) -> list[LineFault]:
    changed = {line.invoice_line or line.line: line for line in entry.lines}
    return [(line.line, *fault) for line in lines.values() for fault in faults_in_change(line, changed.get(line.line))]


def orders_credited(entry: Entry, lines: Mapping[int, AppliedLine]) -> list[CreditedOrder]:
    """What a credit memo takes from each work order of its invoice, net, and what it leaves of it.

    `lines` are those of the invoice without this credit. Source: receivables, sections 2.19 and 4.
    """
    taken: dict[int, Decimal] = {}
    for line in entry.lines:
        if line.work_order_id is not None:
            net = line.amount - line.tax
            taken[line.work_order_id] = taken.get(line.work_order_id, ZERO) - net
    found = []
    for work_order_id in sorted(taken):
        own = [one for one in lines.values() if one.work_order_id == work_order_id]
        before = sum((one.creditable.amount - one.creditable.tax for one in own), ZERO)
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
    """The posted invoices that entries apply to, or are."""
    ids = (one.changes_id if one.apply_to_id is None else one.apply_to_id for one in headers)
    return {one for one in ids if one is not None}


def numbers_typed(entries: Sequence[Entry]) -> list[str]:
    """The numbers of new invoices that clerks have typed."""
    return [
        one.header.invoice_number
        for one in entries
        if one.header.type == INVOICE and one.header.action == ADD and one.header.invoice_number is not None
    ]
