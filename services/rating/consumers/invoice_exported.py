"""Invoices were booked in receivables: their orders are locked for good."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import exports
from services.rating.rules.exports.answers import Booking
from shared.contracts.invoice_exported import InvoiceExported
from shared.events.consumer import Consumer


async def handle(session: AsyncSession, events: Sequence[InvoiceExported]) -> None:
    for event in events:
        bookings = [
            Booking(one.invoice_id, one.attempt, one.number, one.month, one.transaction) for one in event.invoices
        ]
        await exports.apply_exported(session, event.run_id, bookings)


consumer = Consumer("rating", InvoiceExported, handle, batch=1)
