"""Posted invoices as they are shown: in lists, or in full with lines, amendments and GL rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from services.receivables.records.receivable_types import TypeNumber
from services.receivables.rules.batches import BatchSource
from services.receivables.rules.entries.entries import MiscRow
from services.receivables.rules.entries.facts import LineType, TransactionType
from services.receivables.rules.invoice_orders import BilledOrder
from shared.contracts.invoice_credited import Disposition
from shared.values.dates import CalendarDate
from shared.values.filters import Filter
from shared.values.money import ZERO, EnteredMoney, Money, Quantity, Rate
from shared.values.numbers import CompanyNumber, Id
from shared.values.text import CodeText, Line, MonthText, NumberText

InvoiceStatus = Literal["open", "partly_settled", "credited", "written_off", "paid", "deleted"]


@dataclass(frozen=True)
class InvoiceHead:
    """A posted invoice in a list.

    `total` is as the last change of the invoice itself left it, `applied` the sum of its adjustments, credits and
    write-offs, and `open` what is left.
    """

    id: int
    ar_company: int
    month: str
    transaction: int
    number: str
    customer: str
    customer_name: str
    branch: str | None
    invoice_date: date
    due_on: date
    receivable_type: int
    source: BatchSource
    total: Money
    applied: Money
    open: Money


@dataclass(frozen=True)
class InvoiceRow(InvoiceHead):
    """An invoice with the sums that decide its status."""

    amended: int
    credited: Decimal
    written_off: Decimal
    deleted: bool

    @property
    def status(self) -> InvoiceStatus:
        """The status of the invoice.

        It is `open` as posted and `partly_settled` when something is settled. At zero it is `written_off` if any
        write-off counts, `credited` if only credits do, and otherwise `paid`. It is `deleted` if it was brought back
        into a batch and deleted. Source: receivables, section 1.
        """
        if self.deleted:
            return "deleted"
        settled = self.credited != ZERO or self.written_off != ZERO
        if self.open != ZERO or not self.amended:
            return "partly_settled" if settled else "open"
        if self.written_off != ZERO:
            return "written_off"
        return "credited" if self.credited != ZERO else "paid"


@dataclass(frozen=True)
class InvoiceHeader:
    """The rest of the header of an invoice, as the last change of the invoice itself left it, and how it was posted."""

    contract: str | None
    description: str
    purchase_order: str
    pay_terms: str | None
    discount_on: date | None
    batch_id: int
    posted_at: datetime
    posted_by: str


@dataclass(frozen=True)
class EnteredInvoice(InvoiceHeader, InvoiceRow):
    """An invoice with its whole header. `version_id` is the last change of the invoice itself, or the invoice."""

    version_id: int


class InvoiceFilter(Filter):
    """The filters of the list of invoices."""

    ar_company: CompanyNumber | None = None
    customer: NumberText | None = None
    month: MonthText | None = None
    branch: CodeText | None = None
    status: list[InvoiceStatus] | None = Field(default=None, description="One or several; repeat the parameter.")
    open: bool | None = Field(default=None, description="Whether something of the invoice is open.")
    overdue: bool | None = Field(default=None, description="Whether the invoice is open and was due before today.")
    due_from: CalendarDate | None = Field(default=None, description="The earliest due date.")
    due_to: CalendarDate | None = Field(default=None, description="The latest due date.")
    invoice_from: CalendarDate | None = Field(default=None, description="The earliest invoice date.")
    invoice_to: CalendarDate | None = Field(default=None, description="The latest invoice date.")
    amount_from: EnteredMoney | None = Field(default=None, description="The smallest total.")
    amount_to: EnteredMoney | None = Field(default=None, description="The largest total.")
    receivable_type: TypeNumber | None = None
    source: BatchSource | None = Field(default=None, description="How the batch of the invoice was created.")
    work_order: NumberText | None = Field(default=None, description="The number of a work order on the invoice.")
    run_id: Id | None = Field(default=None, description="The export run that the invoice came with.")
    search: Line | None = Field(default=None, description="Part of the number of the invoice or of its customer.")


@dataclass(frozen=True)
class InvoiceTotals:
    """How many invoices match, and their sums."""

    count: int
    total: Money
    open: Money


@dataclass(frozen=True)
class LineRow:
    """A line of a posted invoice with its adjustments. `remaining` is what is left of it after credits and write-offs.

    `amount` includes tax, retainage and finance charge.
    """

    line: int
    line_type: LineType
    description: str
    gl_account: str
    contract_item: str | None
    contract_units: Quantity
    material: str | None
    um: str | None
    quantity: Quantity
    unit_rate: Rate
    amount: Money
    tax: Money
    taxable: bool
    tax_code: str | None
    tax_basis: Money
    retainage_percent: Rate
    retainage: Money
    retainage_tax: Money
    finance_charge: Money
    discount: Money
    tax_discount: Money
    work_order_id: int | None
    work_order_number: str | None
    work_order_customer: Annotated[
        str | None,
        Field(description="Who ordered the work order; null once the copy of the order is deleted."),
    ]
    remaining: Money
    unit: Annotated[str, Field(description="The unit of `measured` and `included`, such as `min`.")] = ""
    measured: Annotated[
        Quantity | None, Field(description="What the field reported, if it is not what was charged.")
    ] = None
    included: Annotated[Quantity | None, Field(description="How much of `measured` was free of charge.")] = None
    fee_advance: Annotated[bool, Field(description="Whether it is a fee that was advanced for the client.")] = False
    reason: Annotated[
        str, Field(description="How the amount is reckoned, if it is not quantity × rate; a minimum, for instance.")
    ] = ""
    print_zero: Annotated[bool, Field(description="Whether it is printed even if its amount is 0.00.")] = False


@dataclass(frozen=True)
class Amendment:
    """A transaction applied to an invoice."""

    id: int
    month: str
    transaction: int
    type: TransactionType
    posted_at: datetime
    posted_by: str
    total: Money
    disposition: Disposition | None
    reason: str


@dataclass(frozen=True)
class DistributionRow:
    """A GL row of the invoice or of one of its amendments."""

    month: str
    transaction: int
    line: int
    account: str
    debit: Money
    credit: Money


@dataclass(frozen=True)
class InvoiceWhole:
    """An invoice with its lines, miscellaneous distributions, amendments and GL rows."""

    head: EnteredInvoice
    lines: Sequence[LineRow]
    misc_distributions: Sequence[MiscRow]
    amendments: Sequence[Amendment]
    distributions: Sequence[DistributionRow]
    orders: Sequence[BilledOrder]
