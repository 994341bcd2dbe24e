"""Owns what becomes of invoices that rating hands over: booked, refused with a reason, or answered again."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.receivables.rules.entry.entries import Entry, Header
from services.receivables.rules.entry.facts import ADD, INVOICE
from services.receivables.rules.entry.line_facts import OTHER_LINE, BatchLine
from services.receivables.rules.months import is_open
from services.receivables.rules.posting import (
    NewDistribution,
    NewLine,
    NewTransaction,
    Posting,
    distribute_lines,
)
from services.receivables.rules.setup.companies import ArCompany
from services.receivables.rules.setup.pay_terms import PayTerms
from services.receivables.rules.setup.receivable_types import ReceivableType, default_receivable_type
from services.receivables.rules.setup.tax_codes import TaxCode
from services.receivables.rules.tax import tax_discount, tax_on
from services.receivables.rules.terms import discount_offered, term_dates
from shared.money import ZERO

BOOKED = "booked"
REFUSED = "refused"
WITHDRAWN = "withdrawn"
BATCHED = "batched"
"""Not decided yet: it waits in a batch, to be posted or taken out."""


@dataclass(frozen=True, slots=True)
class HandedLine:
    """One charge of an order, net."""

    description: str
    gl_account: str
    quantity: Decimal
    unit_rate: Decimal
    amount: Decimal
    taxable: bool


@dataclass(frozen=True, slots=True)
class HandedOrder:
    work_order_id: int
    number: str
    version: int
    attempt: int
    total: Decimal
    lines: tuple[HandedLine, ...]


@dataclass(frozen=True, slots=True)
class HandedInvoice:
    """An invoice as rating handed it over; `attempt` counts its hand-overs."""

    invoice_id: int
    attempt: int
    branch: str
    bill_to: str
    total: Decimal
    orders: tuple[HandedOrder, ...]

    @property
    def key(self) -> tuple[int, int]:
        return self.invoice_id, self.attempt


@dataclass(frozen=True, slots=True)
class OrderAttempt:
    """One hand-over of an order: the key that is booked at most once."""

    work_order_id: int
    version: int
    attempt: int


@dataclass(frozen=True, slots=True)
class DecidedOrder(OrderAttempt):
    """An order of a hand-over that was decided."""

    invoice_id: int
    invoice_attempt: int


@dataclass(frozen=True, slots=True)
class WithdrawnInvoice:
    """A hand-over that rating takes back, unless it was decided before."""

    invoice_id: int
    attempt: int
    orders: tuple[OrderAttempt, ...]

    @property
    def key(self) -> tuple[int, int]:
        return self.invoice_id, self.attempt


@dataclass(frozen=True)
class HandedChunk:
    """Invoices of one AR company and one export run."""

    run_id: int
    ar_company: int
    month: str
    invoice_date: date
    requested_by: str
    invoices: tuple[HandedInvoice, ...]


@dataclass(frozen=True)
class CustomerFacts:
    """A bill-to with what it is taxed by and when it has to pay."""

    id: int
    number: str
    status: str
    receivable_type: int | None
    tax: TaxCode | None = None
    terms: PayTerms | None = None


@dataclass(frozen=True)
class BatchedEntry:
    """Where a hand-over waits to be posted."""

    batch_id: int
    batch_status: str
    seq: int
    invoice_id: int
    attempt: int

    @property
    def key(self) -> tuple[int, int]:
        return self.invoice_id, self.attempt


@dataclass(frozen=True)
class Outcome:
    """What was decided about one hand-over; decided once, answered as often as it is asked."""

    invoice_id: int
    attempt: int
    outcome: str
    reason: str
    detail: str


@dataclass(frozen=True)
class BookingFacts:
    """What is known before a chunk is decided. `booked_versions` are (work order, version) that an invoice holds."""

    company: ArCompany | None
    customers: Mapping[str, CustomerFacts]
    types: Mapping[int, ReceivableType]
    accounts: AbstractSet[str]
    outcomes: Mapping[tuple[int, int], Outcome]
    booked_versions: AbstractSet[tuple[int, int]]


@dataclass(frozen=True)
class Accepted:
    """An invoice to be booked, with the customer and the accounts that it posts to."""

    invoice: HandedInvoice
    customer: CustomerFacts
    type: ReceivableType


@dataclass(frozen=True, slots=True)
class ExportedTransaction(NewTransaction):
    """An exported invoice about to be posted, with the terms that it is paid by."""

    pay_terms: str | None
    discount_on: date | None


@dataclass(frozen=True, slots=True)
class ExportedLine(NewLine):
    """A line of an exported invoice, with the discount that it offers."""

    discount: Decimal = ZERO
    tax_discount: Decimal = ZERO


@dataclass(frozen=True)
class Examination:
    """The fate of every invoice of a chunk: accepted, refused now, or decided before and only answered again."""

    accepted: tuple[Accepted, ...]
    refused: tuple[Outcome, ...]
    decided_before: tuple[Outcome, ...]


def examine(chunk: HandedChunk, facts: BookingFacts) -> Examination:
    """Decides every invoice of the chunk on its own; a faulty one never holds up the others.

    What was decided before stays: a refused attempt is refused however late it comes again, a booked one is booked
    once. Source: receivables, section 4.
    """
    accepted: list[Accepted] = []
    refused: list[Outcome] = []
    before: list[Outcome] = []
    taken: set[tuple[int, int]] = set()
    for invoice in chunk.invoices:
        decided = facts.outcomes.get(invoice.key)
        if decided is not None:
            before.append(decided)
            continue
        versions = {(order.work_order_id, order.version) for order in invoice.orders}
        reason = refusal_reason(chunk, invoice, facts) or _twice(versions & taken, invoice)
        if reason is not None:
            refused.append(Outcome(invoice.invoice_id, invoice.attempt, REFUSED, *reason))
            continue
        taken |= versions
        customer = facts.customers[invoice.bill_to]
        accepted.append(Accepted(invoice, customer, _type_of(customer, facts)))
    return Examination(tuple(accepted), tuple(refused), tuple(before))


def refusal_reason(chunk: HandedChunk, invoice: HandedInvoice, facts: BookingFacts) -> tuple[str, str] | None:
    """Why an invoice cannot be booked, as reason and sentence; None when it can."""
    company = facts.company
    if company is None:
        return "UNKNOWN_CUSTOMER", f"there is no AR company {chunk.ar_company}"
    if not is_open(chunk.month, company.last_closed_month, company.max_open_months):
        return "MONTH_CLOSED", f"{chunk.month} is not open in company {company.number}"
    customer = facts.customers.get(invoice.bill_to)
    if customer is None:
        return "UNKNOWN_CUSTOMER", f"company {company.number} has no customer {invoice.bill_to}"
    if customer.status == "inactive":
        return "INACTIVE_CUSTOMER", f"customer {invoice.bill_to} is inactive"
    return (
        _accounts(invoice, customer, facts)
        or _totals(invoice)
        or _twice({(one.work_order_id, one.version) for one in invoice.orders} & facts.booked_versions, invoice)
    )


def _type_of(customer: CustomerFacts, facts: BookingFacts) -> ReceivableType:
    """The customer's receivable type, else the company's default (receivables, section 2.8)."""
    assert facts.company is not None
    return facts.types[default_receivable_type(facts.company.default_receivable_type, customer.receivable_type)]


def _accounts(invoice: HandedInvoice, customer: CustomerFacts, facts: BookingFacts) -> tuple[str, str] | None:
    assert facts.company is not None
    chosen = default_receivable_type(facts.company.default_receivable_type, customer.receivable_type)
    if chosen not in facts.types:
        return "UNKNOWN_ACCOUNT", f"company {facts.company.number} has no receivable type {chosen}"
    named = {facts.types[chosen].ar_account, *(line.gl_account for order in invoice.orders for line in order.lines)}
    tax = tax_of(facts.company, customer)
    if tax is not None and any(line.taxable for order in invoice.orders for line in order.lines):
        named.add(tax.tax_payable_account)
    missing = sorted(named - facts.accounts)
    if missing:
        return "UNKNOWN_ACCOUNT", f"GL company {facts.company.gl_company} has no account {', '.join(missing)}"
    return None


def _totals(invoice: HandedInvoice) -> tuple[str, str] | None:
    for order in invoice.orders:
        lines = sum((line.amount for line in order.lines), ZERO)
        if lines != order.total:
            return "TOTALS_DIFFER", f"work order {order.number} says {order.total}, its lines are {lines}"
    orders = sum((order.total for order in invoice.orders), ZERO)
    if orders != invoice.total:
        return "TOTALS_DIFFER", f"the invoice says {invoice.total}, its orders are {orders}"
    if invoice.total < 0:
        return "NEGATIVE_TOTAL", f"the invoice is over {invoice.total}"
    return None


def _twice(versions: AbstractSet[tuple[int, int]], invoice: HandedInvoice) -> tuple[str, str] | None:
    if not versions:
        return None
    ids = {order_id for order_id, _ in versions}
    numbers = sorted(order.number for order in invoice.orders if order.work_order_id in ids)
    return "ALREADY_BOOKED", f"this rating of {', '.join(numbers)} is on another invoice already"


def tax_of(company: ArCompany, customer: CustomerFacts) -> TaxCode | None:
    """The sales tax of a customer's exported invoices; None where the company posts none (receivables, section 2.12)."""
    return customer.tax if company.post_taxes else None


def post_accepted(
    chunk: HandedChunk, company: ArCompany, accepted: Sequence[Accepted], transaction_ids: Sequence[int]
) -> Posting:
    """The transactions, lines and GL rows of the accepted invoices, in their order.

    Amounts come net: each taxable line gets the tax of the customer's code, once and rounded half up, and holds it.
    Example: 95.00 at 8.25 % is a line of 102.84 with tax 7.84. Source: receivables, sections 3 and 4.
    """
    transactions: list[NewTransaction] = []
    lines: list[NewLine] = []
    rows: list[NewDistribution] = []
    for one, transaction_id in zip(accepted, transaction_ids, strict=True):
        terms = _terms_of(chunk, company, one.customer)
        charges = [(order, charge) for order in one.invoice.orders for charge in order.lines]
        own_lines = [_line(transaction_id, position, terms, *each) for position, each in enumerate(charges, start=1)]
        own_rows = distribute_lines(own_lines, one.type.ar_account)
        lines += own_lines
        rows += own_rows
        tax = sum((line.tax for line in own_lines), ZERO)
        transactions.append(
            ExportedTransaction(
                id=transaction_id,
                type="invoice",
                customer_id=one.customer.id,
                invoice_number=None,
                receivable_type=one.type.type,
                ar_account=one.type.ar_account,
                invoice_date=chunk.invoice_date,
                due_on=terms.due_on,
                branch=one.invoice.branch,
                net=one.invoice.total,
                tax=tax,
                total=one.invoice.total + tax,
                gl_rows=len(own_rows),
                applies_to_id=None,
                rating_invoice_id=one.invoice.invoice_id,
                rating_attempt=one.invoice.attempt,
                disposition=None,
                reason="",
                pay_terms=None if one.customer.terms is None else one.customer.terms.code,
                discount_on=terms.discount_on,
            )
        )
    return Posting(transactions, lines, rows)


def batch_accepted(chunk: HandedChunk, company: ArCompany, accepted: Sequence[Accepted], first_seq: int) -> list[Entry]:
    """The entries under which accepted invoices wait in a batch, from `first_seq` on: what they post is what
    `post_accepted` would have posted at once. Source: receivables, section 4.
    """
    entries = []
    for seq, one in enumerate(accepted, start=first_seq):
        terms = _terms_of(chunk, company, one.customer)
        charges = [(order, charge) for order in one.invoice.orders for charge in order.lines]
        lines = [_line(0, position, terms, *each) for position, each in enumerate(charges, start=1)]
        header = Header(
            seq=seq,
            action=ADD,
            type=INVOICE,
            customer_id=one.customer.id,
            customer=one.customer.number,
            contract=None,
            receivable_type=one.type.type,
            invoice_number=None,
            number_typed=False,
            apply_to_id=None,
            description="",
            purchase_order="",
            invoice_date=chunk.invoice_date,
            pay_terms=None if one.customer.terms is None else one.customer.terms.code,
            due_on=terms.due_on,
            discount_on=terms.discount_on,
            branch=one.invoice.branch,
            rating_invoice_id=one.invoice.invoice_id,
            rating_attempt=one.invoice.attempt,
            last_line=len(lines),
            entered_by=chunk.requested_by,
        )
        entries.append(Entry(header, [_batch_line(line) for line in lines]))
    return entries


def _batch_line(line: ExportedLine) -> BatchLine:
    return BatchLine(
        line=line.line,
        line_type=OTHER_LINE,
        apply_line=None,
        description=line.description,
        gl_account=line.gl_account,
        contract_item=None,
        contract_units=ZERO,
        material=None,
        um=None,
        units=line.quantity,
        unit_price=line.unit_rate,
        tax_code=line.tax_code,
        tax_basis=line.tax_basis,
        tax=line.tax,
        amount=line.amount,
        retainage_percent=ZERO,
        retainage=ZERO,
        retainage_tax=ZERO,
        finance_charge=ZERO,
        discount=line.discount,
        tax_discount=line.tax_discount,
        work_order_id=line.work_order_id,
        work_order_number=line.work_order_number,
        work_order_version=line.work_order_version,
        work_order_attempt=line.work_order_attempt,
    )


def handed_over(entries: Sequence[Entry]) -> list[WithdrawnInvoice]:
    """The hand-overs that entries of a batch came from, with their orders."""
    found = []
    for one in entries:
        if one.header.rating_invoice_id is None or one.header.rating_attempt is None:
            continue
        orders = {
            (line.work_order_id, line.work_order_version or 0, line.work_order_attempt or 0): None
            for line in one.lines
            if line.work_order_id is not None
        }
        attempts = tuple(OrderAttempt(*order) for order in orders)
        found.append(WithdrawnInvoice(one.header.rating_invoice_id, one.header.rating_attempt, attempts))
    return found


@dataclass(frozen=True, slots=True)
class _Terms:
    """What is the same for every line of an invoice."""

    company: ArCompany
    customer: CustomerFacts
    tax: TaxCode | None
    invoice_date: date
    due_on: date
    discount_on: date | None

    def discount(self, net: Decimal) -> Decimal:
        dates = (self.invoice_date, self.discount_on)
        return discount_offered(self.company, self.customer.terms, net, ZERO, dates)


def _terms_of(chunk: HandedChunk, company: ArCompany, customer: CustomerFacts) -> _Terms:
    dates = term_dates(customer.terms, chunk.invoice_date)
    tax = tax_of(company, customer)
    return _Terms(company, customer, tax, chunk.invoice_date, dates.due_on, dates.discount_on)


def _line(transaction_id: int, position: int, terms: _Terms, order: HandedOrder, charge: HandedLine) -> ExportedLine:
    taxed = terms.tax if charge.taxable else None
    tax = ZERO if taxed is None else tax_on(charge.amount, taxed.rate)
    discount = ZERO if terms.discount_on is None else terms.discount(charge.amount)
    return ExportedLine(
        transaction_id=transaction_id,
        line=position,
        description=charge.description,
        gl_account=charge.gl_account,
        quantity=charge.quantity,
        unit_rate=charge.unit_rate,
        amount=charge.amount + tax,
        tax=tax,
        taxable=charge.taxable,
        work_order_id=order.work_order_id,
        work_order_number=order.number,
        work_order_version=order.version,
        work_order_attempt=order.attempt,
        applies_to_id=None,
        applies_to_line=None,
        tax_code=None if taxed is None else taxed.code,
        tax_basis=ZERO if taxed is None else charge.amount,
        tax_account=None if taxed is None else taxed.tax_payable_account,
        discount=discount,
        tax_discount=ZERO if taxed is None else tax_discount(terms.company, discount, taxed.rate),
    )
