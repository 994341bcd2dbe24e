"""Exported invoices are waiting in a batch of accounts receivable, where a clerk will post or remove them."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.event import Event, Month, Part


class BatchedInvoice(Part):
    invoice_id: int
    attempt: int


class InvoiceBatched(Event):
    """`batch` is the number of the batch in its company and month. The outcome follows later: exported, or refused."""

    service: ClassVar[str] = "receivables"

    run_id: int
    run_uuid: UUID | None = None
    ar_company: int
    month: Annotated[str, Month]
    batch: int
    invoices: tuple[BatchedInvoice, ...] = Field(min_length=1, max_length=500)
