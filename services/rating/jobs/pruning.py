"""Deleting the results of old rating runs."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import rating_runs
from shared import clock
from shared.service.pruning import Prune


def prunes(result_days: int) -> Mapping[str, Prune]:
    """What the service prunes: the results of rating runs that finished more than `result_days` ago."""

    async def results(session: AsyncSession, limit: int) -> int:
        return await rating_runs.delete_old_results(session, clock.now() - timedelta(days=result_days), limit)

    return {"rating results": results}
