"""Reconciliation: whether everything adds up, by run and over all current ratings."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions.estimates import find_differences as find_estimate_differences
from services.rating.rules.reconciliation import RatingReconciliation, compare
from services.rating.store import reconciliation
from shared.access.grants import Scope
from shared.database.statements import read_much


async def reconcile(session: AsyncSession, scope: Scope, from_month: str | None) -> RatingReconciliation:
    """The sums of runs, the totals of current ratings, and the differences, all within the scope.

    Runs of months before `from_month`, and the orders that were exported in them, are left out.
    """
    await read_much(session)
    runs = await reconciliation.run_facts(session, scope, from_month)
    totals, order_differences = await reconciliation.compare_orders(session, scope, from_month)
    differences = [
        *compare(runs, totals),
        *order_differences,
        *await reconciliation.rollup_differences(session, scope, from_month),
        *await find_estimate_differences(session, scope),
    ]
    return RatingReconciliation(runs, totals, differences)
