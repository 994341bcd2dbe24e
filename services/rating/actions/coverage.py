"""What open orders ask of the rate tables and do not find."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.coverage import Coverage, check_coverage
from services.rating.store import coverage, rate_tables
from shared.access.grants import Scope


async def check_open_orders(session: AsyncSession, scope: Scope) -> Coverage:
    """Which combinations of keys open orders use that no profile covers."""
    return check_coverage(await coverage.open_keys(session, scope), await rate_tables.load(session))
