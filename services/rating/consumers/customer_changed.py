"""Reads customers from receivables into the read copy."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import customers
from services.rating.rules.customers import Customer
from shared.contracts.customer_changed import CustomerChanged
from shared.events.consumer import Consumer


async def handle(session: AsyncSession, events: Sequence[CustomerChanged]) -> None:
    """Saves the newest version of each customer."""
    changed = [
        Customer(
            event.ar_company,
            event.number,
            event.version,
            event.name,
            event.status,
            event.customer_type,
            event.credit_limit,
            event.required_numbers,
        )
        for event in events
    ]
    await customers.take_over(session, changed)


consumer = Consumer("rating", CustomerChanged, handle, batch=500)
