"""An order was rated, rated again, or its rating removed: unbilled work is brought up to date."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions import rated_orders
from services.receivables.rules.rated_orders import RatedOrder
from shared.contracts.work_order_rated import WorkOrderRated
from shared.events.consumer import Consumer


async def handle(session: AsyncSession, events: Sequence[WorkOrderRated]) -> None:
    """Takes over the newest state of each order."""
    changed = [
        RatedOrder(
            work_order_id=one.work_order_id,
            number=one.number,
            revision=one.revision,
            rating_version=one.rating_version,
            state=one.state,
            ar_company=one.ar_company,
            branch=one.branch,
            customer=one.customer,
            bill_to=one.bill_to,
            total=one.total,
            rated_at=one.rated_at,
        )
        for one in events
    ]
    await rated_orders.take_over(session, changed)


consumer = Consumer("receivables", WorkOrderRated, handle, batch=500, workers=3)
