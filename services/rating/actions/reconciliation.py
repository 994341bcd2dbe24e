"""Whether everything adds up, by run and over all current ratings, with a row for each difference."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.reconciliation import CurrentTotals, Difference, RunSums, compare
from services.rating.store import reconciliation
from shared.access.grants import Scope


async def reconcile(
    session: AsyncSession, scope: Scope
) -> tuple[Sequence[RunSums], CurrentTotals, Sequence[Difference]]:
    """The sums of every run, the totals of all current ratings, and what does not add up: normally nothing."""
    runs = await reconciliation.run_sums(session, scope)
    totals = await reconciliation.current_totals(session, scope)
    return runs, totals, [*compare(runs, totals), *await reconciliation.order_differences(session, scope)]
