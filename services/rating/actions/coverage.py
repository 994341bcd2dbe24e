"""The coverage check: which open orders no rate table covers, and which profiles are nearest to them."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.coverage import Coverage, check_coverage
from services.rating.rules.matching import NearProfile, find_nearest
from services.rating.store import coverage, rate_tables, work_orders
from shared.access.grants import EVERYTHING, Scope


async def check_open_orders(session: AsyncSession, scope: Scope, run_id: int | None = None) -> Coverage:
    """Finds the combinations of key values that open orders use and no profile covers; those of one run, if it is given."""
    return check_coverage(await coverage.open_keys(session, scope, run_id), await rate_tables.load(session))


async def nearest_of(session: AsyncSession, order_ids: Sequence[int]) -> Mapping[int, Sequence[NearProfile]]:
    """The profiles nearest to each order that none matches, by order id. The caller may see the orders."""
    if not order_ids:
        return {}
    table = await rate_tables.load(session)
    orders = await work_orders.find_all(session, EVERYTHING, order_ids)
    return {order.id: find_nearest(order, table) for order in orders}
