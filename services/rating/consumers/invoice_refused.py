"""Invoices were refused by receivables: their orders are unlocked, with the reason."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import exports
from services.rating.rules.exports.answers import Refusal
from shared.contracts.invoice_refused import InvoiceRefused
from shared.events.consumer import Consumer


async def handle(session: AsyncSession, events: Sequence[InvoiceRefused]) -> None:
    for event in events:
        refusals = [Refusal(one.invoice_id, one.attempt, one.reason, one.detail) for one in event.invoices]
        await exports.apply_refused(session, event.run_id, refusals)


consumer = Consumer("rating", InvoiceRefused, handle, batch=1)
