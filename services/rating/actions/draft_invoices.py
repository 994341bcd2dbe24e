"""Draft invoices: made and filled by rule or by hand, emptied, removed, and looked at."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions.commissions import take_back
from services.rating.errors import NotAssignable, NothingToAssign
from services.rating.rules.draft_invoices import (
    Assigned,
    Invoice,
    InvoiceFilter,
    InvoiceTotals,
    InvoiceWithOrders,
    common_key,
    group_orders,
    place,
    require_draft,
)
from services.rating.rules.exports.claim import Selection
from services.rating.rules.work_orders import WorkOrder
from services.rating.store import draft_invoices, ratings, work_orders
from services.rating.store.selection import TO_ROLL_UP, lock_selected
from shared.access.grants import EVERYTHING, Scope
from shared.database.pages import PageQuery
from shared.errors import Fault, NotFound
from shared.values.versions import require_version


async def list_invoices(
    session: AsyncSession, scope: Scope, wanted: InvoiceFilter, query: PageQuery
) -> tuple[list[Invoice], str | None, InvoiceTotals]:
    return await draft_invoices.list_invoices(session, scope, wanted, query)


async def read_invoice(session: AsyncSession, scope: Scope, invoice_id: int) -> InvoiceWithOrders:
    """The invoice with its orders; raises NotFound outside the scope."""
    invoice = await draft_invoices.find(session, scope, invoice_id)
    if invoice is None:
        raise NotFound(f"There is no invoice {invoice_id}.")
    return InvoiceWithOrders(invoice, await draft_invoices.list_orders(session, invoice_id))


async def assign_by_rule(session: AsyncSession, scope: Scope, selection: Selection, made_by: str) -> Assigned:
    """Gathers the rated orders of the selection on draft rollups, as the rules of their bill-tos say.

    Orders of bill-tos that are not rolled up stay as they are. Raises NothingToAssign. Two clerks at once: the second
    waits for the first and assigns what is left.
    """
    await draft_invoices.take_turns(session)
    locked = await lock_selected(session, scope, selection, ["rated"], TO_ROLL_UP)
    groups = group_orders(await draft_invoices.assignable(session, locked))
    if not groups:
        raise NothingToAssign("No order of the selection is rated, free and of a bill-to that is rolled up.")
    placement = place(groups, await draft_invoices.lock_drafts(session, list(groups)))
    made = await draft_invoices.insert_drafts(session, list(placement.new), made_by)
    filled = {**placement.existing, **dict(zip(made, placement.new.values(), strict=True))}
    placed = [(order_id, invoice_id) for invoice_id, order_ids in filled.items() for order_id in order_ids]
    await draft_invoices.put_on(session, placed, made_by)
    totals = await draft_invoices.total_of(session, [order_id for order_id, _ in placed])
    return Assigned(tuple(sorted(filled)), len(made), totals.orders, totals.total)


async def unassign_by_rule(session: AsyncSession, scope: Scope, selection: Selection, done_by: str) -> Assigned:
    """Takes the assigned orders of the selection off their drafts; they stay rated. Raises NothingToAssign."""
    locked = await lock_selected(session, scope, selection, ["assigned"])
    if not locked:
        raise NothingToAssign("No order of the selection is on a draft invoice.")
    totals = await draft_invoices.total_of(session, locked)
    invoice_ids = await draft_invoices.lock_of_orders(session, locked)
    await draft_invoices.take_off(session, locked, done_by)
    return Assigned(tuple(invoice_ids), 0, totals.orders, totals.total)


async def make_rollup(session: AsyncSession, scope: Scope, order_ids: Sequence[int], made_by: str) -> int:
    """Makes a draft rollup by hand; returns its id. Raises NotAssignable, RollupMixed."""
    chosen = await _hold_rated(session, scope, order_ids)
    (invoice_id,) = await draft_invoices.insert_drafts(session, [common_key(chosen)], made_by)
    await draft_invoices.put_on(session, [(one.id, invoice_id) for one in chosen], made_by)
    return invoice_id


async def add_orders(
    session: AsyncSession,
    scope: Scope,
    invoice_id: int,
    expected_revision: int,
    order_ids: Sequence[int],
    added_by: str,
) -> None:
    """Puts rated orders on a draft by hand, whatever it is grouped by; bill-tos and branches are never mixed.

    Raises NotFound, LockedUseCredit, VersionStale, NotAssignable, RollupMixed.
    """
    chosen = await _hold_rated(session, scope, order_ids)
    invoice = await _hold_draft(session, scope, invoice_id, expected_revision)
    if invoice.kind != "rollup":
        raise NotAssignable(f"Invoice {invoice_id} is for one order; make a rollup instead.")
    common_key(chosen, invoice.key)
    await draft_invoices.put_on(session, [(one.id, invoice_id) for one in chosen], added_by)


async def take_orders_off(
    session: AsyncSession,
    scope: Scope,
    invoice_id: int,
    expected_revision: int,
    order_ids: Sequence[int] | None,
    done_by: str,
) -> None:
    """Takes orders off a draft, all of them without ids; they stay rated, and an empty draft is dissolved.

    Raises NotFound, LockedUseCredit, VersionStale, NotAssignable.
    """
    held = await _hold_with_orders(session, scope, invoice_id, expected_revision)
    foreign = sorted(set(order_ids or ()) - set(held))
    if foreign:
        raise NotAssignable(
            f"{len(foreign)} of the chosen orders are not on invoice {invoice_id}.",
            faults=[Fault("/work_order_ids", f"work order {one}") for one in foreign],
        )
    await draft_invoices.take_off(session, held if order_ids is None else list(order_ids), done_by)


async def remove_invoice(
    session: AsyncSession, scope: Scope, invoice_id: int, expected_revision: int, removed_by: str, removed_at: datetime
) -> None:
    """Removes a draft before it reaches Accounts Receivable: its orders are open again, without ratings and commissions.

    Raises NotFound, LockedUseCredit, VersionStale.
    """
    held = await _hold_with_orders(session, scope, invoice_id, expected_revision)
    versions = {one.id: one.rating_version for one in await work_orders.find_all(session, EVERYTHING, held)}
    await take_back(session, versions, removed_by, removed_at)
    await draft_invoices.take_off(session, held, removed_by)
    await work_orders.remove_ratings(session, held, removed_by)
    await ratings.announce(session, held)


async def _hold_rated(session: AsyncSession, scope: Scope, order_ids: Sequence[int]) -> list[WorkOrder]:
    """The orders, held; raises NotAssignable that names each that is not rated and free."""
    found = {one.id: one for one in await work_orders.find_all(session, scope, order_ids, lock=True)}
    faults = []
    for order_id in sorted(set(order_ids)):
        order = found.get(order_id)
        if order is None:
            faults.append(Fault("/work_order_ids", f"there is no work order {order_id}"))
        elif order.status != "rated":
            faults.append(Fault("/work_order_ids", f"work order {order.number} is {order.status}"))
    if faults:
        raise NotAssignable(f"{len(faults)} of the chosen orders are not rated and free.", faults=faults)
    return list(found.values())


async def _hold_draft(session: AsyncSession, scope: Scope, invoice_id: int, expected_revision: int) -> Invoice:
    invoice = await draft_invoices.find(session, scope, invoice_id, lock=True)
    if invoice is None:
        raise NotFound(f"There is no invoice {invoice_id}.")
    require_draft(invoice)
    require_version(invoice.revision, expected_revision, f"Invoice {invoice_id}")
    return invoice


async def _hold_with_orders(session: AsyncSession, scope: Scope, invoice_id: int, expected_revision: int) -> list[int]:
    """A draft and all of its orders, held: orders first, like everywhere, then the invoice.

    What is put on it or taken off in between raises its revision, and is refused as stale.
    """
    invoice = (await read_invoice(session, scope, invoice_id)).invoice
    require_draft(invoice)
    require_version(invoice.revision, expected_revision, f"Invoice {invoice_id}")
    held = await draft_invoices.lock_orders_of(session, invoice_id)
    await _hold_draft(session, scope, invoice_id, expected_revision)
    return held
