"""Invoices wait in a batch in receivables, so the run shows that a clerk there has to post it."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import exports
from shared.contracts.invoice_batched import InvoiceBatched
from shared.events.consumer import Consumer


async def handle(session: AsyncSession, events: Sequence[InvoiceBatched]) -> None:
    """Records the batch in which each invoice waits."""
    for event in events:
        pairs = [(invoice.invoice_id, invoice.attempt) for invoice in event.invoices]
        await exports.apply_batched(session, event.run_id, event.batch, pairs, run_uuid=event.run_uuid)


consumer = Consumer("rating", InvoiceBatched, handle, batch=1)
