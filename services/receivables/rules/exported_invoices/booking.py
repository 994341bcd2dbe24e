"""Decides what happens to the invoices that rating exports: booked, refused with a reason, or decided before."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from uuid import UUID

from services.receivables.records.ar_companies import ArCompany
from services.receivables.records.customers import CustomerStatus
from services.receivables.records.pay_terms import PayTerms
from services.receivables.records.receivable_types import ReceivableType
from services.receivables.records.tax_codes import TaxCode
from services.receivables.rules.exported_invoices.conflicts import (
    find_booked_conflict,
    find_conflict,
    find_run_conflict,
)
from services.receivables.rules.exported_invoices.hand_overs import (
    REFUSED,
    EarlierOutcome,
    HandedChunk,
    HandedInvoice,
    Outcome,
)
from services.receivables.rules.months import export_date_fault, is_open
from services.receivables.rules.records import default_receivable_type
from services.receivables.rules.tax import tax_on
from shared.contracts.invoice_refused import RefusalReason
from shared.values.money import LARGEST, ZERO, is_too_large


@dataclass(frozen=True)
class CustomerFacts:
    """A bill-to with its sales tax and pay terms."""

    id: int
    number: str
    status: CustomerStatus
    receivable_type: int | None
    tax: TaxCode | None = None
    terms: PayTerms | None = None


@dataclass(frozen=True)
class BookingFacts:
    """What is known before a chunk is decided.

    `booked_versions` are the pairs of work order id and rating version that are on an invoice already, with the number
    of the order there; `booked_attempts` are the booked attempts of invoices by their id. `run_uuid` is the random id
    of the run that has this number here.
    """

    company: ArCompany | None
    customers: Mapping[str, CustomerFacts]
    types: Mapping[int, ReceivableType]
    accounts: AbstractSet[str]
    outcomes: Mapping[tuple[int, int], EarlierOutcome]
    booked_versions: Mapping[tuple[int, int], str | None]
    booked_attempts: Mapping[int, int] = field(default_factory=dict)
    run_uuid: UUID | None = None


@dataclass(frozen=True)
class Accepted:
    """An invoice to be booked, with its customer and the receivable type that it posts to."""

    invoice: HandedInvoice
    customer: CustomerFacts
    type: ReceivableType


@dataclass(frozen=True)
class Examination:
    """The decision about every invoice of a chunk: accepted, refused, or decided before and only reported again.

    What contradicts an earlier decision is in `conflicts`: refused, without changing that decision.
    """

    accepted: tuple[Accepted, ...]
    refused: tuple[Outcome, ...]
    decided_before: tuple[EarlierOutcome, ...]
    conflicts: tuple[Outcome, ...] = ()


def examine(chunk: HandedChunk, facts: BookingFacts) -> Examination:
    """Decides each invoice of the chunk separately, so that one with errors does not stop the others.

    Earlier decisions are final: a refused attempt stays refused if it comes again, and an invoice is booked only once.
    Source: receivables, section 4.
    """
    accepted: list[Accepted] = []
    refused: list[Outcome] = []
    before: list[EarlierOutcome] = []
    conflicts: list[Outcome] = []
    run_conflict = find_run_conflict(chunk.run_id, chunk.run_uuid, facts.run_uuid)
    taken: set[tuple[int, int]] = set()
    for invoice in chunk.invoices:
        decided = facts.outcomes.get(invoice.key)
        conflict = run_conflict or find_conflict(invoice, chunk.run_id, decided)
        if conflict is not None:
            conflicts.append(
                Outcome(invoice.invoice_id, invoice.attempt, REFUSED, RefusalReason.HAND_OVER_CONFLICT, conflict)
            )
            continue
        if decided is not None:
            before.append(decided)
            continue
        versions = {(order.work_order_id, order.version) for order in invoice.orders}
        # Two invoices of the same chunk must not hold the same rating of an order either.
        reason = refusal_reason(chunk, invoice, facts) or _twice(versions & taken, invoice)
        if reason is not None:
            refused.append(Outcome(invoice.invoice_id, invoice.attempt, REFUSED, *reason))
            continue
        taken |= versions
        customer = facts.customers[invoice.bill_to]
        accepted.append(Accepted(invoice, customer, _type_of(customer, facts)))
    return Examination(tuple(accepted), tuple(refused), tuple(before), tuple(conflicts))


def refusal_reason(chunk: HandedChunk, invoice: HandedInvoice, facts: BookingFacts) -> tuple[str, str] | None:
    """Why an invoice cannot be booked, as a reason code and a sentence; None if it can."""
    company = facts.company
    if company is None:
        return "UNKNOWN_CUSTOMER", f"there is no AR company {chunk.ar_company}"
    if not is_open(chunk.month, company.last_closed_month, company.max_open_months):
        return "MONTH_CLOSED", f"{chunk.month} is not open in company {company.number}"
    misdated = export_date_fault(chunk.invoice_date, chunk.month)
    if misdated is not None:
        return RefusalReason.DATE_FAR_FROM_MONTH, misdated
    customer = facts.customers.get(invoice.bill_to)
    if customer is None:
        return "UNKNOWN_CUSTOMER", f"company {company.number} has no customer {invoice.bill_to}"
    if customer.status == "inactive":
        return "INACTIVE_CUSTOMER", f"customer {invoice.bill_to} is inactive"
    return (
        _accounts(invoice, customer, facts)
        or _totals(invoice)
        or _size(invoice, tax_of(company, customer))
        or _booked_before(invoice, facts)
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
            return (
                "TOTALS_DIFFER",
                f"the total of work order {order.number} is {order.total}, but its lines add up to {lines}",
            )
    orders = sum((order.total for order in invoice.orders), ZERO)
    if orders != invoice.total:
        return "TOTALS_DIFFER", f"the invoice total is {invoice.total}, but its orders add up to {orders}"
    if invoice.total < 0:
        return "NEGATIVE_TOTAL", f"the invoice total is {invoice.total}, which is negative"
    return None


def _size(invoice: HandedInvoice, tax: TaxCode | None) -> tuple[str, str] | None:
    taxed = [line.amount for order in invoice.orders for line in order.lines if line.taxable]
    total = invoice.total + (ZERO if tax is None else sum((tax_on(amount, tax.rate) for amount in taxed), ZERO))
    if not is_too_large(total):
        return None
    words = "the invoice total" if total == invoice.total else "the invoice total with tax"
    return "TOO_LARGE", f"{words} is {total:,}, but must be at most {LARGEST:,}"


def _booked_before(invoice: HandedInvoice, facts: BookingFacts) -> tuple[str, str] | None:
    conflict = find_booked_conflict(invoice, facts.booked_attempts, facts.booked_versions)
    if conflict is not None:
        return RefusalReason.HAND_OVER_CONFLICT, conflict
    versions = {(order.work_order_id, order.version) for order in invoice.orders}
    return _twice(versions & facts.booked_versions.keys(), invoice)


def _twice(versions: AbstractSet[tuple[int, int]], invoice: HandedInvoice) -> tuple[str, str] | None:
    if not versions:
        return None
    ids = {order_id for order_id, _ in versions}
    numbers = sorted(order.number for order in invoice.orders if order.work_order_id in ids)
    return "ALREADY_BOOKED", f"this rating of {', '.join(numbers)} is already on another invoice"


def tax_of(company: ArCompany, customer: CustomerFacts) -> TaxCode | None:
    """The sales tax of exported invoices; None if the company posts no taxes (receivables, section 2.12)."""
    return customer.tax if company.post_taxes else None
