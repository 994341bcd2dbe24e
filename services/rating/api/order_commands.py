"""Commands for several chosen work orders over HTTP."""

from services.rating.actions import order_commands
from services.rating.rules.order_commands import OrderResults
from services.rating.schemas.order_commands import ChosenWorkOrders, WorkOrdersToClose
from shared.access import declared
from shared.access.grants import Level
from shared.clock import now
from shared.http.callers import CallerOf
from shared.http.operation import Router
from shared.http.transaction import Transaction

router = Router("work-orders")
EDIT = declared.feature("rating.work_orders", Level.EDIT)
RATE = declared.feature("rating.rating", Level.EDIT)


@router.post("/unassign", access=EDIT, idempotent=True)
async def unassign_work_orders(body: ChosenWorkOrders, caller: CallerOf, session: Transaction) -> OrderResults:
    """Takes up to 1,000 orders off their draft invoices. They stay rated.

    Each order has its own result: what cannot be done for one does not stop the others. To take this back, assign them
    again.
    """
    return await order_commands.unassign(session, caller.scope, body.work_orders, caller.name)


@router.post("/remove-ratings", access=RATE, idempotent=True)
async def remove_ratings(body: ChosenWorkOrders, caller: CallerOf, session: Transaction) -> OrderResults:
    """Removes the ratings of up to 1,000 orders, which are then open again.

    Each order has its own result: what cannot be done for one does not stop the others. A rating run gives them new
    ratings.
    """
    return await order_commands.remove_ratings(session, caller.scope, body.work_orders, caller.name, now())


@router.post("/zero-bill", access=RATE, idempotent=True)
async def zero_bill_work_orders(body: WorkOrdersToClose, caller: CallerOf, session: Transaction) -> OrderResults:
    """Closes up to 1,000 open orders without an invoice, for one reason.

    Each order has its own result: what cannot be done for one does not stop the others.
    """
    return await order_commands.zero_bill(session, caller.scope, body.work_orders, body.reason, caller.name, now())
