"""The metrics of rating, besides those of every service: its export runs."""

from prometheus_client import Metric
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.store.exports import runs
from shared.contracts.service_status import Latest
from shared.process.metrics import gauge, gauge_by


async def export_runs(session: AsyncSession) -> list[Metric]:
    """The number of export runs in each state, and the age of the oldest unfinished one in seconds."""
    counts = await runs.count_by_status(session)
    age_seconds = await runs.oldest_unfinished_age_seconds(session)
    return [
        gauge_by("ratebook_export_runs", "Export runs by state.", "status", counts),
        gauge("ratebook_export_run_oldest_age_seconds", "Age of the oldest unfinished export run.", age_seconds),
    ]


async def latest_export(session: AsyncSession) -> Latest | None:
    """The last export run, and how many of its invoices were refused."""
    return await runs.find_latest(session)
