"""Carries prints of invoices on, a file a transaction; a crash loses the file in hand and nothing else."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.invoice_prints import print_part
from shared.service.jobs import Job


def print_job(time_zone: str) -> Job:
    """Makes the next file of a print; reprints are dated by the company's time zone."""

    async def make(session: AsyncSession) -> bool:
        return await print_part(session, time_zone)

    return Job(make)
