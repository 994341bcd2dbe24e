"""Reading the miscellaneous distributions of posted transactions."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.misc_distributions import (
    MiscDistributionFilter,
    MiscDistributionRow,
    MiscDistributionTotals,
)
from services.receivables.store import misc_distributions
from shared.access.grants import Scope
from shared.database.pages import PageQuery


async def list_distributions(
    session: AsyncSession, scope: Scope, filters: MiscDistributionFilter, query: PageQuery
) -> tuple[list[MiscDistributionRow], str | None, MiscDistributionTotals | None]:
    """One page, the cursor of the next page, and the totals of all that match if they are wanted."""
    rows, cursor = await misc_distributions.list_distributions(session, scope, filters, query)
    totals = await misc_distributions.total_distributions(session, scope, filters) if query.totals else None
    return rows, cursor, totals
