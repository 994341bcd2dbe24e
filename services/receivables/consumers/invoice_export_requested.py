"""Rating exports a chunk of invoices, which are booked or refused with reasons."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions import exported_invoices
from services.receivables.rules.exported_invoices.hand_overs import (
    Charge,
    HandedChunk,
    HandedInvoice,
    HandedLine,
    HandedOrder,
)
from shared.clock import now
from shared.contracts.invoice_export_requested import ExportInvoice, ExportLine, InvoiceExportRequested
from shared.events.consumer import Consumer


async def handle(session: AsyncSession, events: Sequence[InvoiceExportRequested]) -> None:
    """Books each chunk, and refuses the invoices in it that cannot be booked."""
    for event in events:
        chunk = HandedChunk(
            run_id=event.run_id,
            ar_company=event.ar_company,
            month=event.month,
            invoice_date=event.invoice_date,
            requested_by=event.requested_by,
            invoices=tuple(_invoice(invoice) for invoice in event.invoices),
            run_uuid=event.run_uuid,
        )
        await exported_invoices.book_chunk(session, chunk, now())


def _invoice(invoice: ExportInvoice) -> HandedInvoice:
    return HandedInvoice(
        invoice.invoice_id,
        invoice.attempt,
        invoice.branch,
        invoice.bill_to,
        invoice.total,
        tuple(
            HandedOrder(
                order.work_order_id,
                order.number,
                order.version,
                order.attempt,
                order.total,
                tuple(
                    HandedLine(
                        line.billing_item,
                        line.income_account,
                        line.quantity,
                        line.unit_rate,
                        line.amount,
                        line.taxable,
                        _charge(line),
                    )
                    for line in order.lines
                ),
                order.service_on,
                order.reference,
                order.facts,
                order.attachments,
            )
            for order in invoice.orders
        ),
    )


def _charge(line: ExportLine) -> Charge | None:
    """How the line was charged; None if the event does not say so."""
    charge = Charge(line.unit, line.measured, line.included, line.fee_advance, line.reason, line.print_zero)
    return None if charge == _UNSAID else charge


_UNSAID = Charge()

consumer = Consumer("receivables", InvoiceExportRequested, handle, batch=1, workers=2)
