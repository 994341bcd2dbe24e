"""Invoices were refused by receivables, so their orders are unlocked."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import exports
from services.rating.rules.exports.answers import Refusal
from shared.contracts.invoice_refused import InvoiceRefused
from shared.events.consumer import Consumer


async def handle(session: AsyncSession, events: Sequence[InvoiceRefused]) -> None:
    """Unlocks the orders of each invoice and records the reason."""
    for event in events:
        refusals = [
            Refusal(invoice.invoice_id, invoice.attempt, invoice.reason, invoice.detail) for invoice in event.invoices
        ]
        await exports.apply_refused(session, event.run_id, refusals, run_uuid=event.run_uuid)


consumer = Consumer("rating", InvoiceRefused, handle, batch=1)
