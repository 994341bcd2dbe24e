"""What rating has rated, taken over: unbilled work, until an invoice is booked for it."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.rated_orders import RatedOrder, newest
from services.receivables.store import rated_orders


async def take_over(session: AsyncSession, changed: Sequence[RatedOrder]) -> None:
    """Takes over orders as rating announced them; the newest revision of each wins."""
    await rated_orders.take_over(session, newest(changed))
