"""How exported invoices are posted: at once, or as entries that wait in a batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.receivables.records.ar_companies import ArCompany
from services.receivables.records.tax_codes import TaxCode
from services.receivables.rules.entries.entries import Entry, Header
from services.receivables.rules.entries.facts import ADD, INVOICE, OTHER_LINE
from services.receivables.rules.entries.line_facts import BatchLine
from services.receivables.rules.exported_invoices.booking import Accepted, CustomerFacts, tax_of
from services.receivables.rules.exported_invoices.hand_overs import (
    HandedChunk,
    HandedLine,
    HandedOrder,
    OrderAttempt,
    WithdrawnInvoice,
)
from services.receivables.rules.posting import (
    NewDistribution,
    NewLine,
    NewTransaction,
    Posting,
    distribute_lines,
    sums_of,
)
from services.receivables.rules.tax import tax_discount, tax_on
from services.receivables.rules.terms import discount_offered, term_dates
from shared.values.fields import light
from shared.values.money import ZERO


@light
@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedTransaction(NewTransaction):
    """An exported invoice about to be posted, with its pay terms."""

    pay_terms: str | None
    discount_on: date | None


@light
@dataclass(frozen=True, slots=True)
class ExportedLine(NewLine):
    """A line of an exported invoice, with the discount offered on it."""

    discount: Decimal = ZERO
    tax_discount: Decimal = ZERO


def post_accepted(
    chunk: HandedChunk, company: ArCompany, accepted: Sequence[Accepted], transaction_ids: Sequence[int]
) -> Posting:
    """The transactions, lines and GL rows of the accepted invoices, in the same order.

    Amounts arrive net. The customer's tax is added to each taxable line and rounded half up once.
    Example: 95.00 at 8.25 % is a line of 102.84 with tax 7.84. Source: receivables, sections 3 and 4.
    """
    transactions: list[NewTransaction] = []
    lines: list[NewLine] = []
    rows: list[NewDistribution] = []
    customers = {booking.customer.id: booking.customer for booking in accepted}
    terms_of = {customer_id: _terms_of(chunk, company, customer) for customer_id, customer in customers.items()}
    for booking, transaction_id in zip(accepted, transaction_ids, strict=True):
        terms = terms_of[booking.customer.id]
        charges = [(order, charge) for order in booking.invoice.orders for charge in order.lines]
        own_lines = [_line(transaction_id, position, terms, *each) for position, each in enumerate(charges, start=1)]
        own_rows = distribute_lines(own_lines, booking.type.ar_account)
        lines += own_lines
        rows += own_rows
        transactions.append(
            ExportedTransaction(
                id=transaction_id,
                type="invoice",
                customer_id=booking.customer.id,
                invoice_number=None,
                receivable_type=booking.type.type,
                ar_account=booking.type.ar_account,
                invoice_date=chunk.invoice_date,
                due_on=terms.due_on,
                branch=booking.invoice.branch,
                rating_invoice_id=booking.invoice.invoice_id,
                rating_attempt=booking.invoice.attempt,
                pay_terms=None if booking.customer.terms is None else booking.customer.terms.code,
                discount_on=terms.discount_on,
                **sums_of(own_lines, own_rows),
            )
        )
    return Posting(transactions, lines, rows)


def batch_accepted(chunk: HandedChunk, company: ArCompany, accepted: Sequence[Accepted], first_seq: int) -> list[Entry]:
    """The entries in which accepted invoices wait in a batch, numbered from `first_seq`.

    They post the same as `post_accepted` would have posted at once. Source: receivables, section 4.
    """
    entries = []
    for seq, booking in enumerate(accepted, start=first_seq):
        terms = _terms_of(chunk, company, booking.customer)
        charges = [(order, charge) for order in booking.invoice.orders for charge in order.lines]
        lines = [_line(0, position, terms, *each) for position, each in enumerate(charges, start=1)]
        header = Header(
            seq=seq,
            action=ADD,
            type=INVOICE,
            customer_id=booking.customer.id,
            customer=booking.customer.number,
            contract=None,
            receivable_type=booking.type.type,
            invoice_number=None,
            number_typed=False,
            apply_to_id=None,
            description="",
            purchase_order="",
            invoice_date=chunk.invoice_date,
            pay_terms=None if booking.customer.terms is None else booking.customer.terms.code,
            due_on=terms.due_on,
            discount_on=terms.discount_on,
            branch=booking.invoice.branch,
            rating_invoice_id=booking.invoice.invoice_id,
            rating_attempt=booking.invoice.attempt,
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
    """The hand-overs that the entries of a batch came from, with their orders."""
    found = []
    for entry in entries:
        if entry.header.rating_invoice_id is None or entry.header.rating_attempt is None:
            continue
        # A dict instead of a set keeps the order of the lines.
        orders = {
            (line.work_order_id, line.work_order_version or 0, line.work_order_attempt or 0): None
            for line in entry.lines
            if line.work_order_id is not None
        }
        attempts = tuple(OrderAttempt(*order) for order in orders)
        found.append(WithdrawnInvoice(entry.header.rating_invoice_id, entry.header.rating_attempt, attempts))
    return found


@dataclass(frozen=True, slots=True)
class _Terms:
    """What all lines of an invoice have in common."""

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
