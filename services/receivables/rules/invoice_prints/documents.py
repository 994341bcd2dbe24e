"""What a printed invoice shows: lines by work order, taxes by code, amendments, and the amount due."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Literal, TypeVar

from services.receivables.rules.entries.facts import TransactionType
from shared.contracts.order_facts import OrderFacts
from shared.values.money import ZERO, round_cents

Grouping = Literal["each", "by_item"]


@dataclass(frozen=True)
class DocumentHead:
    """A posted invoice with its company and customer; `terms` are described as they are set up now.

    A `deleted` one has nothing left, and its document says that it is void. Without `remit_to`, customers pay to the
    company's address. With `grouping` by item, equal lines of an order are printed as one. Of the client's own numbers
    those in `shown_numbers` are printed, or all of them if it is None.
    """

    id: int
    ar_company: int
    company_name: str
    company_address: str
    currency: str
    number: str
    month: str
    transaction: int
    customer: str
    customer_name: str
    customer_address: str
    contract: str | None
    purchase_order: str
    invoice_date: date
    due_on: date
    discount_on: date | None
    terms: str | None
    net: Decimal
    tax: Decimal
    total: Decimal
    deleted: bool = False
    remit_to: str = ""
    telephone: str = ""
    email: str = ""
    tax_number: str = ""
    payment_instructions: str = ""
    invoice_footer: str = ""
    grouping: Grouping = "each"
    shown_numbers: Sequence[str] | None = None


@dataclass(frozen=True)
class DocumentLine:
    """A line of an invoice as it is printed.

    `quantity` was charged; `measured` is what the field reported, of which `included` was free. `reason` says how the
    amount is reckoned if it is not quantity × rate. A line of 0.00 is printed only with `print_zero`.
    """

    invoice_id: int
    line: int
    description: str
    quantity: Decimal
    unit_rate: Decimal
    um: str | None
    amount: Decimal
    tax: Decimal
    tax_code: str | None
    tax_description: str | None
    retainage: Decimal
    retainage_tax: Decimal
    discount: Decimal
    tax_discount: Decimal
    work_order_number: str | None
    tax_rate: Decimal | None = None
    unit: str = ""
    measured: Decimal | None = None
    included: Decimal | None = None
    fee_advance: bool = False
    reason: str = ""
    print_zero: bool = False

    @property
    def net(self) -> Decimal:
        return self.amount - self.tax


@dataclass(frozen=True)
class DocumentOrder:
    """A work order of an invoice, with what rating knew about its case and services when it was exported."""

    invoice_id: int
    number: str
    service_on: date | None = None
    reference: str = ""
    facts: OrderFacts | None = None


@dataclass(frozen=True)
class DocumentAmendment:
    """A transaction applied to an invoice. Its total is negative if it reduces the invoice.

    `held_back` is what it adds to the retainage, or takes from it.
    """

    invoice_id: int
    type: TransactionType
    on: date
    total: Decimal
    held_back: Decimal = ZERO


@dataclass(frozen=True)
class Replaced:
    """An earlier invoice of a work order that was credited and rated again."""

    invoice_id: int
    number: str


PartT = TypeVar("PartT", DocumentLine, DocumentAmendment, Replaced, DocumentOrder)


@dataclass(frozen=True)
class DocumentFacts:
    """Everything that the documents of several invoices are made of."""

    heads: Sequence[DocumentHead]
    lines: Sequence[DocumentLine]
    amendments: Sequence[DocumentAmendment]
    replaced: Sequence[Replaced]
    orders: Sequence[DocumentOrder] = ()


@dataclass(frozen=True)
class OrderOnInvoice:
    """The net charges of one work order, or without a number, those that belong to none."""

    number: str | None
    lines: Sequence[DocumentLine]
    order: DocumentOrder | None = None

    @property
    def net(self) -> Decimal:
        return net_of(self.lines)


@dataclass(frozen=True)
class TaxOnInvoice:
    """The sum of the tax of one tax code, and the net amount of its lines.

    `rate` is the percentage, or None if today's percentage of the code does not come to this tax.
    """

    code: str
    description: str
    tax: Decimal
    net: Decimal
    rate: Decimal | None


@dataclass(frozen=True)
class InvoiceDocument:
    """An invoice as it is printed. `due` is the amount to pay: the total less retainage, plus its amendments."""

    head: DocumentHead
    orders: Sequence[OrderOnInvoice]
    taxes: Sequence[TaxOnInvoice]
    amendments: Sequence[DocumentAmendment]
    replaces: Sequence[str]

    @property
    def advances(self) -> Decimal:
        """The sum of the fee advances, which is part of the net amount."""
        return net_of(line for line in self._lines if line.fee_advance)

    @property
    def _lines(self) -> Iterable[DocumentLine]:
        return (line for order in self.orders for line in order.lines)

    @property
    def retainage(self) -> Decimal:
        """What is still held back, after the amendments."""
        held_back = sum((line.retainage + line.retainage_tax for line in self._lines), ZERO)
        return held_back + sum((amendment.held_back for amendment in self.amendments), ZERO)

    @property
    def discount(self) -> Decimal:
        """What the customer may deduct until the discount date."""
        return sum((line.discount + line.tax_discount for line in self._lines), ZERO)

    @property
    def due(self) -> Decimal:
        return self.head.total - self.retainage + sum((amendment.total for amendment in self.amendments), ZERO)


def compose(facts: DocumentFacts) -> list[InvoiceDocument]:
    """One document per invoice, in the order of the heads.

    Lines keep their order, and work orders are in the order of their first lines. Source: receivables, section 7.
    """
    lines = _by_invoice(facts.lines)
    amendments = _by_invoice(facts.amendments)
    replaced = _by_invoice(facts.replaced)
    orders = _by_invoice(facts.orders)
    return [
        InvoiceDocument(
            head,
            _orders(lines.get(head.id, ()), {order.number: order for order in orders.get(head.id, ())}),
            _taxes(lines.get(head.id, ())),
            amendments.get(head.id, ()),
            [earlier.number for earlier in replaced.get(head.id, ())],
        )
        for head in facts.heads
    ]


def _by_invoice(rows: Sequence[PartT]) -> Mapping[int, Sequence[PartT]]:
    found: dict[int, list[PartT]] = defaultdict(list)
    for row in rows:
        found[row.invoice_id].append(row)
    return found


def net_of(lines: Iterable[DocumentLine]) -> Decimal:
    """The sum of the lines without tax."""
    return sum((line.net for line in lines), ZERO)


def _orders(lines: Sequence[DocumentLine], orders: Mapping[str, DocumentOrder]) -> list[OrderOnInvoice]:
    first = {line.work_order_number: index for index, line in reversed(list(enumerate(lines)))}
    ordered = sorted(lines, key=lambda line: first[line.work_order_number])
    return [
        OrderOnInvoice(number, list(several), None if number is None else orders.get(number))
        for number, several in groupby(ordered, key=lambda line: line.work_order_number)
    ]


def _taxes(lines: Sequence[DocumentLine]) -> list[TaxOnInvoice]:
    taxed: dict[tuple[str, str], list[DocumentLine]] = defaultdict(list)
    for line in lines:
        if line.tax_code is not None:
            taxed[line.tax_code, line.tax_description or line.tax_code].append(line)
    return [_tax(code, description, several) for (code, description), several in sorted(taxed.items())]


def _tax(code: str, description: str, lines: Sequence[DocumentLine]) -> TaxOnInvoice:
    """The tax is rounded on each line. A code whose percentage was changed later is printed without it."""
    tax = sum((line.tax for line in lines), ZERO)
    rate = lines[0].tax_rate
    if rate is not None and sum((round_cents(line.net * rate / 100) for line in lines), ZERO) != tax:
        rate = None
    return TaxOnInvoice(code, description, tax, net_of(lines), rate)
