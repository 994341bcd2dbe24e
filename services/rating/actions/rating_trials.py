"""Trying out what a rating would be, of an order that exists or of one that does not yet."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions.charges import require_good_charges
from services.rating.actions.commissions import figure
from services.rating.actions.ratings import why_not_ready
from services.rating.actions.work_orders import require_enterable
from services.rating.rules.charges import ChargeEntry, OrderCharge
from services.rating.rules.commissions import earned_by_line
from services.rating.rules.pricing import Rated, rate_work_order
from services.rating.rules.work_orders import (
    OrderEntry,
    WorkOrder,
)
from services.rating.store import (
    charges,
    codes,
    customers,
    rate_tables,
    work_orders,
)
from shared.access.grants import Scope
from shared.errors import NotFound


@dataclass(frozen=True)
class Trial:
    """What a rating would be, and what its lines would earn by position.

    `not_ready` says why the order cannot be rated for good yet; empty when it can.
    """

    rated: Rated
    not_ready: str
    commissions: Mapping[int, Decimal]


async def try_order(session: AsyncSession, scope: Scope, order_id: int) -> Trial:
    """What the rating of an order would be now, whatever its status; nothing is stored.

    Raises NotFound and every refusal of `rules.pricing`.
    """
    order = await work_orders.find(session, scope, order_id)
    if order is None:
        raise NotFound(f"There is no work order {order_id}.")
    entered = await charges.of_orders(session, [order_id])
    rated = rate_work_order(order, await rate_tables.load(session), entered.get(order_id, ()))
    return await _trial(session, order, rated)


async def try_entry(
    session: AsyncSession,
    scope: Scope,
    entry: OrderEntry,
    entered: Mapping[str, ChargeEntry],
    entered_by: str,
    at: datetime,
) -> Trial:
    """What the rating of an order would be that does not exist; nothing is stored. Charges come by where they stand.

    Raises UnknownReference, Forbidden and every refusal of `rules.pricing`.
    """
    await require_enterable(session, scope, entry)
    await require_good_charges(session, entered)
    company = next(one.ar_company for one in await codes.list_branches(session) if one.code == entry.branch)
    items = {one.name: one for one in await codes.list_rows(session, "billing_item")}
    order = WorkOrder(
        **asdict(entry),
        id=0,
        ar_company=company,
        customer_type=await customers.type_of(session, company, entry.customer),
        status="open",
        revision=1,
        rating_version=1,
        invoice_id=None,
        changed_at=at,
    )
    made = [
        OrderCharge(
            id=index,
            work_order_id=0,
            income_account=items[one.billing_item].income_account,
            taxable=items[one.billing_item].taxable,
            fee_advance=items[one.billing_item].fee_advance,
            entered_by=entered_by,
            **vars(one),
        )
        for index, one in enumerate(entered.values(), start=1)
    ]
    rated = rate_work_order(order, await rate_tables.load(session), made)
    return await _trial(session, order, rated)


async def _trial(session: AsyncSession, order: WorkOrder, rated: Rated) -> Trial:
    (earned,) = await figure(session, [rated], [order])
    return Trial(rated, why_not_ready(order), earned_by_line(earned))
