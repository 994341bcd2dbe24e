"""Rating asks receivables never to book these attempts from now on, and to report what happened to them so far."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.event import Event, Part


class WithdrawnOrder(Part):
    work_order_id: int
    version: int
    attempt: int


class WithdrawnInvoice(Part):
    invoice_id: int
    attempt: int
    orders: tuple[WithdrawnOrder, ...]


class InvoiceWithdrawalRequested(Event):
    service: ClassVar[str] = "rating"

    run_id: int
    run_uuid: UUID | None = None
    ar_company: int
    invoices: tuple[WithdrawnInvoice, ...] = Field(min_length=1, max_length=500)
