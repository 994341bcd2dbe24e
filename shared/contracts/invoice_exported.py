"""Invoices have been posted in accounts receivable; rating locks their orders for good."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.event import Event, Month, Part
from shared.values.money import Money


class ExportedOrder(Part):
    work_order_id: int
    version: int
    attempt: int


class ExportedInvoice(Part):
    """`number`, `month` and `transaction` identify the posted invoice in the AR company; `ar_invoice_id` is its id there."""

    invoice_id: int
    attempt: int
    number: str
    month: Annotated[str, Month]
    transaction: int
    ar_invoice_id: int | None = None
    orders: tuple[ExportedOrder, ...]
    net: Money
    tax: Money
    total: Money


class InvoiceExported(Event):
    """`run_uuid` is that of the run in receivables, if it has one."""

    service: ClassVar[str] = "receivables"

    run_id: int
    run_uuid: UUID | None = None
    ar_company: int
    invoices: tuple[ExportedInvoice, ...] = Field(min_length=1, max_length=500)
