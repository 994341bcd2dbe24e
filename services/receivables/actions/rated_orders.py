"""The copy of rated orders: unbilled work until an invoice is booked for it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.rated_orders import RatedOrder, newest
from services.receivables.store import rated_orders

KEPT = timedelta(days=100)
"""Longer than the 90 days that the broker keeps an event: an older one of the same order can no longer arrive."""


async def save_orders(session: AsyncSession, changed: Sequence[RatedOrder]) -> None:
    """Saves orders as rating published them. The newest revision of each wins."""
    await rated_orders.upsert(session, newest(changed))


async def delete_settled(session: AsyncSession, now: datetime, limit: int) -> int:
    """Deletes at most `limit` orders that were rated long ago and have nothing left to bill, and returns how many."""
    return await rated_orders.delete_settled(session, now - KEPT, limit)
