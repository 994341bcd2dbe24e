"""The coverage check: which open orders no rate table covers."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.coverage import Coverage, check_coverage
from services.rating.store import coverage, rate_tables
from shared.access.grants import Scope


async def check_open_orders(session: AsyncSession, scope: Scope) -> Coverage:
    """Finds the combinations of key values that open orders use and no profile covers."""
    return check_coverage(await coverage.open_keys(session, scope), await rate_tables.load(session))
