"""Trial ratings over HTTP. Nothing is stored."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import charges, rating_trials, work_orders
from services.rating.api.ratings import FAILING, VIEW
from services.rating.errors import UnknownReference
from services.rating.rules.rating_trials import Trial
from services.rating.schemas.rating_trials import TrialRequest
from shared.clock import now
from shared.errors import NotFound
from shared.http.callers import CallerOf
from shared.http.operation import Naming, Router
from shared.http.transaction import Transaction
from shared.values.numbers import Id
from shared.values.partly import PartlyRead

of_orders = Router("work-orders")
router = Router("rating-trials")


@of_orders.get("/{work_order_id}/rating/trial", access=VIEW, refuses=[NotFound, *FAILING])
async def try_rating(work_order_id: Id, caller: CallerOf, session: Transaction) -> Trial:
    """The rating that an order would get now, in any status. Nothing is stored."""
    return await rating_trials.try_order(session, caller.scope, work_order_id)


async def _find_unknown(session: AsyncSession, read: PartlyRead) -> list[tuple[str, str]]:
    """The names in the order and in the charges that do not exist."""
    order = (
        []
        if read.value.order is None
        else await work_orders.find_unknown(session, replace(read, value=read.value.order))
    )
    of_charges = await charges.find_unknown(session, read.value.to_charges(), read)
    return [*((f"/order{pointer}", detail) for pointer, detail in order), *of_charges]


@router.post("", access=VIEW, refuses=[UnknownReference, *FAILING], naming=Naming(TrialRequest, _find_unknown))
async def try_rating_of_new_order(body: TrialRequest, caller: CallerOf, session: Transaction) -> Trial:
    """The rating that a new order would get, to try out a rate table. Nothing is stored."""
    return await rating_trials.try_new_order(session, caller.scope, body.order, body.to_charges(), caller.name, now())
