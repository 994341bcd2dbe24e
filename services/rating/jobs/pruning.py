"""Deleting the results of old rating runs, and files that were removed from orders."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import attachments, rating_runs
from shared import clock
from shared.service.pruning import Prune


def prunes(result_days: int, attachments_directory: Path | None) -> Mapping[str, Prune]:
    """What the service prunes: results of rating runs that finished more than `result_days` ago, and removed files."""

    async def results(session: AsyncSession, limit: int) -> int:
        return await rating_runs.delete_old_results(session, clock.now() - timedelta(days=result_days), limit)

    async def files(session: AsyncSession, limit: int) -> int:
        return await attachments.delete_removed(session, attachments_directory, clock.now(), limit)

    return {"rating results": results, "removed attachments": files}
