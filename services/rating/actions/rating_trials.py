"""Trial ratings, for an order that exists or one that does not exist yet. Nothing is stored."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions.charges import find_faults
from services.rating.actions.charges import spelled as charges_spelled
from services.rating.actions.commissions import figure
from services.rating.actions.quantities import with_counts
from services.rating.actions.ratings import why_not_ready
from services.rating.actions.work_orders import find_order, require_valid_order, spelled
from services.rating.records.charges import ChargeEntry
from services.rating.records.work_orders import OrderEntry
from services.rating.rules.charges import OrderCharge
from services.rating.rules.commissions import earned_by_line
from services.rating.rules.pricing import rate_work_order
from services.rating.rules.rated import Rated, explain
from services.rating.rules.rating_trials import Trial
from services.rating.rules.ratings import with_commissions
from services.rating.rules.work_orders import WorkOrder
from services.rating.store import charges, codes, customers, rate_tables
from services.rating.store.records import BILLING_ITEMS
from shared.access.grants import Scope
from shared.records.table import load_rows


async def try_order(session: AsyncSession, scope: Scope, order_id: int) -> Trial:
    """The rating that an order would get now, in any status.

    Raises NotFound and every refusal of `rules.pricing`.
    """
    order = await find_order(session, scope, order_id)
    entered = await charges.of_orders(session, [order_id])
    table = await rate_tables.load(session)
    (counted,) = await with_counts(session, [order], table)
    rated = rate_work_order(counted, table, entered.get(order_id, ()))
    return await _trial(session, order, rated)


async def try_new_order(
    session: AsyncSession,
    scope: Scope,
    entry: OrderEntry,
    entered: Mapping[str, ChargeEntry],
    entered_by: str,
    at: datetime,
) -> Trial:
    """The rating that a new order would get. The charges are given by their JSON pointer.

    Raises UnknownReference, Forbidden, and every refusal of `rules.pricing`.
    """
    companies = await codes.companies_of_branches(session)
    (entry,) = await spelled(session, [entry], companies)
    await require_valid_order(session, scope, entry, place="/order", also=await find_faults(session, entered))
    charged = await charges_spelled(session, [*entered.values()])
    company = companies[entry.branch]
    items = {item.name: item for item in await load_rows(session, BILLING_ITEMS)}
    order = WorkOrder(
        **dict(entry),
        id=0,
        ar_company=company,
        customer_type=await customers.type_of(session, company, entry.customer),
        status="open",
        revision=1,
        rating_version=1,
        invoice_id=None,
        changed_by=None,
        changed_at=at,
    )
    order_charges = [
        OrderCharge(
            **dict(charge),
            id=index,
            work_order_id=0,
            income_account=items[charge.billing_item].income_account,
            taxable=items[charge.billing_item].taxable,
            fee_advance=items[charge.billing_item].fee_advance,
            print_zero=items[charge.billing_item].print_zero,
            entered_by=entered_by,
        )
        for index, charge in enumerate(charged, start=1)
    ]
    rated = rate_work_order(order, await rate_tables.load(session), order_charges)
    return await _trial(session, order, rated)


async def _trial(session: AsyncSession, order: WorkOrder, rated: Rated) -> Trial:
    (earned,) = await figure(session, [rated], [order])
    return Trial(
        profile_id=rated.profile.id,
        region=rated.region,
        charges_total=rated.charges_total,
        advances_total=rated.advances_total,
        total=rated.total,
        not_ready=why_not_ready(order),
        lines=with_commissions(rated.lines, earned_by_line(earned)),
        explanation=explain(rated),
        warnings=["ZERO_TOTAL"] if rated.total == 0 else [],
    )
