"""An exported invoice was credited in receivables. Orders with nothing left are reopened or closed."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import exports
from services.rating.rules.exports.answers import Booking, CreditedInvoice, OrderCredit
from shared.contracts.invoice_credited import InvoiceCredited
from shared.events.consumer import Consumer


async def handle(session: AsyncSession, events: Sequence[InvoiceCredited]) -> None:
    """Records each credit, with its orders and commissions."""
    for event in events:
        booking = event.booking
        await exports.apply_credited(
            session,
            CreditedInvoice(
                run_id=booking.run_id,
                run_uuid=booking.run_uuid,
                ar_company=event.ar_company,
                month=event.month,
                transaction=event.transaction,
                disposition=event.disposition,
                reason=event.reason,
                credited_by=event.credited_by,
                booking=Booking(
                    booking.invoice_id,
                    booking.attempt,
                    booking.number,
                    booking.month,
                    booking.transaction,
                    booking.ar_invoice_id,
                ),
                orders=tuple(
                    OrderCredit(order.work_order_id, order.version, order.credited, order.remaining)
                    for order in event.orders
                ),
            ),
        )


consumer = Consumer("rating", InvoiceCredited, handle, batch=1)
