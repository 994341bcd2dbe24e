"""Rating asks what became of hand-overs, and that they are never booked from now on."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions import exported_invoices
from services.receivables.rules.exported_invoices.hand_overs import OrderAttempt, WithdrawnInvoice
from shared.contracts.invoice_withdrawal_requested import InvoiceWithdrawalRequested
from shared.events.consumer import Consumer


async def handle(session: AsyncSession, events: Sequence[InvoiceWithdrawalRequested]) -> None:
    """Answers what became of each hand-over, and takes back those that were not decided."""
    for event in events:
        invoices = [
            WithdrawnInvoice(
                one.invoice_id,
                one.attempt,
                tuple(OrderAttempt(order.work_order_id, order.version, order.attempt) for order in one.orders),
            )
            for one in event.invoices
        ]
        await exported_invoices.withdraw(session, event.run_id, event.ar_company, invoices)


consumer = Consumer("receivables", InvoiceWithdrawalRequested, handle, batch=1)
