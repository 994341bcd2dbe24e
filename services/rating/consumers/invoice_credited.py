"""An exported invoice was credited: orders at zero are reopened or closed."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import exports
from services.rating.rules.exports.answers import Booking, CreditedInvoice, OrderCredit
from shared.contracts.invoice_credited import InvoiceCredited
from shared.events.consumer import Consumer


async def handle(session: AsyncSession, events: Sequence[InvoiceCredited]) -> None:
    for event in events:
        booking = event.booking
        await exports.apply_credited(
            session,
            CreditedInvoice(
                run_id=booking.run_id,
                ar_company=event.ar_company,
                month=event.month,
                transaction=event.transaction,
                disposition=event.disposition,
                reason=event.reason,
                credited_by=event.credited_by,
                booking=Booking(
                    booking.invoice_id, booking.attempt, booking.number, booking.month, booking.transaction
                ),
                orders=tuple(
                    OrderCredit(one.work_order_id, one.version, one.credited, one.remaining) for one in event.orders
                ),
            ),
        )


consumer = Consumer("rating", InvoiceCredited, handle, batch=1)
