"""A customer changed in receivables: the read copy is brought up to date."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import customers
from services.rating.rules.customers import Customer
from shared.contracts.customer_changed import CustomerChanged
from shared.events.consumer import Consumer


async def handle(session: AsyncSession, events: Sequence[CustomerChanged]) -> None:
    changed = [
        Customer(one.ar_company, one.number, one.version, one.name, one.status, one.customer_type, one.credit_limit)
        for one in events
    ]
    await customers.take_over(session, changed)


consumer = Consumer("rating", CustomerChanged, handle, batch=500)
