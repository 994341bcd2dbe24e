"""Quantities of the company: what an order cannot report, and the counts that rating derives from services."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.quantities import counts_services, find_faults_in_reported
from services.rating.rules.quantities import with_counts as counted
from services.rating.rules.rate_tables import RateTable
from services.rating.rules.work_orders import WorkOrder
from services.rating.store import codes, work_order_services


async def find_faults(
    session: AsyncSession, reported: Iterable[str], kept: Collection[str] = ()
) -> list[tuple[str, str]]:
    """The quantities that cannot be reported for an order, as field and message. Those in `kept` it had before."""
    new = [code for code in reported if code not in kept]
    return [*find_faults_in_reported(new, await codes.quantities(session))] if new else []


async def with_counts(session: AsyncSession, orders: Sequence[WorkOrder], table: RateTable) -> list[WorkOrder]:
    """The orders with the counts of their services, if the company has a quantity that needs them: one statement for all."""
    if not orders or not counts_services(table.quantities):
        return list(orders)
    places = await work_order_services.places_of(session, [order.id for order in orders])
    return [counted(order, places.get(order.id, ()), table.quantities) for order in orders]
