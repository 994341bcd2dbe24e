"""Prints the files of invoice prints, one per transaction. A crash loses only the current file."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.invoice_prints import print_part
from shared.clock import now
from shared.service.jobs import Job


def print_job(time_zone: str) -> Job:
    """Prints the next file of a print. Dates on reprints are in the company's time zone."""

    async def print_next(session: AsyncSession) -> bool:
        return await print_part(session, time_zone, now())

    return Job(print_next)
