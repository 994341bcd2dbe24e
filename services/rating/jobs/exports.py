"""Carries export runs on, a chunk a transaction, and asks again for chunks that stay without an answer."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import exports
from shared.service.jobs import Job

_REMIND_SECONDS = 5.0


def send_job(chunk_orders: int) -> Job:
    """Cuts runs into chunks of at most `chunk_orders` and sends them."""

    async def send(session: AsyncSession) -> bool:
        return await exports.send_part(session, chunk_orders)

    return Job(send)


def remind_job(patience_seconds: float) -> Job:
    """Sends chunks again that have had no answer for `patience_seconds`."""

    async def remind(session: AsyncSession) -> bool:
        return await exports.ask_again(session, patience_seconds)

    return Job(remind, min(_REMIND_SECONDS, patience_seconds))
