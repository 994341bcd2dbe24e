"""Rating withdraws hand-overs, or asks what happened to them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions import exported_invoices
from services.receivables.rules.exported_invoices.hand_overs import OrderAttempt, WithdrawnInvoice
from shared.contracts.invoice_withdrawal_requested import InvoiceWithdrawalRequested
from shared.events.consumer import Consumer


async def handle(session: AsyncSession, events: Sequence[InvoiceWithdrawalRequested]) -> None:
    """Withdraws the hand-overs that are not decided yet, and reports what was decided about the others."""
    for event in events:
        invoices = [
            WithdrawnInvoice(
                invoice.invoice_id,
                invoice.attempt,
                tuple(OrderAttempt(order.work_order_id, order.version, order.attempt) for order in invoice.orders),
            )
            for invoice in event.invoices
        ]
        await exported_invoices.withdraw(session, event.run_id, event.ar_company, invoices, run_uuid=event.run_uuid)


consumer = Consumer("receivables", InvoiceWithdrawalRequested, handle, batch=1)
