"""An order was rated, rated again, or its rating was removed, which updates the unbilled work."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions import rated_orders
from services.receivables.rules.rated_orders import RatedOrder
from shared.contracts.work_order_rated import WorkOrderRated
from shared.events.consumer import Consumer


async def handle(session: AsyncSession, events: Sequence[WorkOrderRated]) -> None:
    """Saves the newest state of each order."""
    changed = [
        RatedOrder(
            work_order_id=event.work_order_id,
            number=event.number,
            revision=event.revision,
            rating_version=event.rating_version,
            state=event.state,
            ar_company=event.ar_company,
            branch=event.branch,
            customer=event.customer,
            bill_to=event.bill_to,
            total=event.total,
            rated_at=event.rated_at,
        )
        for event in events
    ]
    await rated_orders.save_orders(session, changed)


consumer = Consumer("receivables", WorkOrderRated, handle, batch=500, workers=3)
