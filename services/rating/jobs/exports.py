"""Background export: sends runs one chunk per transaction, and sends chunks again that get no answer."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import exports
from shared.database.attempts import Attempts
from shared.service.jobs import Job

_REMIND_SECONDS = 5.0


def send_job(chunk_orders: int) -> Job:
    """A job that splits runs into chunks of at most `chunk_orders` orders and sends them."""
    attempts = Attempts("exports")

    async def send(session: AsyncSession) -> bool:
        return await exports.send_part(session, chunk_orders, attempts)

    return Job(send)


def remind_job(patience_seconds: float) -> Job:
    """A job that sends chunks again that have had no answer for `patience_seconds`."""
    attempts = Attempts("export reminders")

    async def remind(session: AsyncSession) -> bool:
        return await exports.ask_again(session, patience_seconds, attempts)

    return Job(remind, min(_REMIND_SECONDS, patience_seconds))
