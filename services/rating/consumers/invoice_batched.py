"""Invoices wait in a batch of receivables: the run shows that somebody there has to post it."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import exports
from shared.contracts.invoice_batched import InvoiceBatched
from shared.events.consumer import Consumer


async def handle(session: AsyncSession, events: Sequence[InvoiceBatched]) -> None:
    for event in events:
        pairs = [(one.invoice_id, one.attempt) for one in event.invoices]
        await exports.apply_batched(session, event.batch, pairs)


consumer = Consumer("rating", InvoiceBatched, handle, batch=1)
