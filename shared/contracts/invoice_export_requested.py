"""Rating asks receivables to book a chunk of invoices, all of one AR company and one export run."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.event import Event, Month, Part
from shared.contracts.order_facts import AttachmentFacts, OrderFacts
from shared.values.money import Money, Quantity, Rate


class ExportLine(Part):
    """`quantity` is what was charged; `measured` is what the field reported, of which `included` was free.

    `unit` is that of `measured`, such as `min`. `reason` says how the amount is reckoned if it is not `quantity` ×
    `unit_rate`. A line of 0.00 is printed only with `print_zero`.
    """

    billing_item: str
    income_account: str
    quantity: Quantity
    unit_rate: Rate
    amount: Money
    taxable: bool
    fee_advance: bool = False
    unit: str = ""
    measured: Quantity | None = None
    included: Quantity | None = None
    reason: str = ""
    print_zero: bool = False


class ExportOrder(Part):
    """`version` is the rating version; `attempt` counts the hand-overs of this order."""

    work_order_id: int
    number: str
    version: int
    attempt: int
    service_on: date
    reference: str
    total: Money
    lines: tuple[ExportLine, ...]
    facts: OrderFacts | None = None
    attachments: tuple[AttachmentFacts, ...] = ()


class ExportInvoice(Part):
    """Amounts are net; receivables adds sales tax. `attempt` counts the hand-overs of this invoice."""

    invoice_id: int
    attempt: int
    kind: Literal["single", "rollup", "on_demand"]
    branch: str
    bill_to: str
    total: Money
    orders: tuple[ExportOrder, ...] = Field(min_length=1)


class InvoiceExportRequested(Event):
    """`run_uuid` is random: after a restore, another run may have the same `run_id`."""

    service: ClassVar[str] = "rating"

    run_id: int
    run_uuid: UUID | None = None
    ar_company: int
    month: Annotated[str, Month]
    invoice_date: date
    requested_by: str
    invoices: tuple[ExportInvoice, ...] = Field(min_length=1, max_length=500)
