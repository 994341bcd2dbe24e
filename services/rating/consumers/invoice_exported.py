"""Invoices were booked in receivables, so their orders stay locked."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import exports
from services.rating.rules.exports.answers import Booking
from shared.contracts.invoice_exported import InvoiceExported
from shared.events.consumer import Consumer


async def handle(session: AsyncSession, events: Sequence[InvoiceExported]) -> None:
    """Locks the orders of each invoice and makes their commissions payable."""
    for event in events:
        bookings = [
            Booking(
                invoice.invoice_id,
                invoice.attempt,
                invoice.number,
                invoice.month,
                invoice.transaction,
                invoice.ar_invoice_id,
            )
            for invoice in event.invoices
        ]
        await exports.apply_exported(session, event.run_id, bookings, run_uuid=event.run_uuid)


consumer = Consumer("rating", InvoiceExported, handle, batch=1)
