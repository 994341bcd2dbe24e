"""The copy of rated orders: unbilled work until an invoice is booked for it."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.rated_orders import RatedOrder, newest
from services.receivables.store import rated_orders


async def save_orders(session: AsyncSession, changed: Sequence[RatedOrder]) -> None:
    """Saves orders as rating published them. The newest revision of each wins."""
    await rated_orders.upsert(session, newest(changed))
