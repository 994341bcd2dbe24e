"""Checks the months of a reconciliation run, one per transaction. A crash loses only the current month."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.reconciliation import check_next_month
from shared.clock import now
from shared.service.jobs import Job


async def _check(session: AsyncSession) -> bool:
    return await check_next_month(session, now())


reconcile_job = Job(_check)
