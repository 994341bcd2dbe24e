"""Draft invoices: created and filled by rule or by hand, emptied, removed and read."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions.ratings import remove_ratings_locked
from services.rating.actions.references import require_known
from services.rating.errors import NotAssignable, NothingToAssign
from services.rating.rules.draft_invoices import (
    Assigned,
    DraftTotals,
    Invoice,
    InvoiceFilter,
    InvoiceRow,
    InvoiceWithOrders,
    common_key,
    group_orders,
    place,
    require_draft,
)
from services.rating.rules.exports.claim import Selection
from services.rating.rules.order_warnings import warnings_by_invoice
from services.rating.rules.work_orders import WorkOrder
from services.rating.store import customers, draft_invoice_history, draft_invoices, rate_tables, work_orders
from services.rating.store.selection import TO_ROLL_UP, lock_selected
from shared.access.grants import EVERYTHING, Scope
from shared.audit.changes import HistoryStep
from shared.database.pages import PageQuery
from shared.errors import Fault, NotFound
from shared.values.fields import parts_of
from shared.values.numbers import counted
from shared.values.versions import require_version


async def list_invoices(
    session: AsyncSession, scope: Scope, filters: InvoiceFilter, query: PageQuery
) -> tuple[list[InvoiceRow], str | None, DraftTotals | None]:
    """One page of invoices with the warnings of their orders, the cursor of the next page, and the totals if wanted."""
    invoices, cursor = await draft_invoices.list_invoices(session, scope, filters, query)
    totals = await draft_invoices.total_invoices(session, scope, filters) if query.totals else None
    drafts = [invoice.id for invoice in invoices if invoice.status == "draft"]
    facts = await draft_invoices.facts_of_orders(session, drafts) if drafts else []
    known = await customers.find_known_of(session, facts)
    warnings = warnings_by_invoice(facts, await rate_tables.load(session), known)
    rows = [InvoiceRow(**parts_of(invoice, Invoice), warnings=warnings.get(invoice.id, ())) for invoice in invoices]
    return rows, cursor, totals


async def read_invoice(session: AsyncSession, scope: Scope, invoice_id: int) -> InvoiceWithOrders:
    """Returns the invoice with its orders; raises NotFound, also outside the scope."""
    invoice = await draft_invoices.find(session, scope, invoice_id)
    if invoice is None:
        raise NotFound(f"There is no invoice {invoice_id}.")
    return InvoiceWithOrders(invoice, await draft_invoices.list_orders(session, invoice_id))


async def list_history(
    session: AsyncSession, scope: Scope, invoice_id: int, query: PageQuery
) -> tuple[list[HistoryStep], str | None, int | None]:
    """One page of what happened to the invoice, newest first, the next cursor, and the number of steps; raises NotFound."""
    if await draft_invoices.find(session, scope, invoice_id) is None:
        raise NotFound(f"There is no invoice {invoice_id}.")
    return await draft_invoice_history.list_steps(session, invoice_id, query)


async def assign_by_rule(session: AsyncSession, scope: Scope, selection: Selection, made_by: str) -> Assigned:
    """Puts the rated orders of the selection on draft rollups, as the rules of their bill-tos say.

    Orders of bill-tos without a roll-up rule do not change. If two clerks do this at the same time, the second waits
    for the first and assigns what is left. Raises NothingToAssign or UnknownReference.
    """
    await require_known(session, selection, "/selection")
    await draft_invoices.wait_for_turn(session)
    locked = await lock_selected(session, scope, selection, ["rated"], TO_ROLL_UP)
    groups = group_orders(await draft_invoices.assignable(session, locked))
    if not groups:
        raise NothingToAssign(
            "The selection has no rated order that is on no invoice and whose bill-to has a roll-up rule."
        )
    placement = place(groups, await draft_invoices.lock_drafts(session, list(groups)))
    made = await draft_invoices.insert_drafts(session, list(placement.new), made_by)
    filled = {**placement.existing, **dict(zip(made, placement.new.values(), strict=True))}
    placed = [(order_id, invoice_id) for invoice_id, order_ids in filled.items() for order_id in order_ids]
    await draft_invoices.put_on(session, placed, made_by)
    totals = await draft_invoices.total_of(session, [order_id for order_id, _ in placed])
    return Assigned(tuple(sorted(filled)), len(made), totals.orders, totals.total)


async def unassign_by_rule(session: AsyncSession, scope: Scope, selection: Selection, done_by: str) -> Assigned:
    """Takes the assigned orders of the selection off their drafts. They stay rated.

    Raises NothingToAssign or UnknownReference.
    """
    await require_known(session, selection, "/selection")
    locked = await lock_selected(session, scope, selection, ["assigned"])
    if not locked:
        raise NothingToAssign("The selection has no order that is on a draft invoice.")
    totals = await draft_invoices.total_of(session, locked)
    invoice_ids = await draft_invoices.lock_of_orders(session, locked)
    await draft_invoices.take_off(session, locked, done_by)
    return Assigned(tuple(invoice_ids), 0, totals.orders, totals.total)


async def make_rollup(session: AsyncSession, scope: Scope, order_ids: Sequence[int], made_by: str) -> int:
    """Creates a draft rollup by hand and returns its id; raises NotAssignable or RollupMixed."""
    chosen = await _lock_rated(session, scope, order_ids)
    (invoice_id,) = await draft_invoices.insert_drafts(session, [common_key(chosen)], made_by)
    await draft_invoices.put_on(session, [(order.id, invoice_id) for order in chosen], made_by)
    return invoice_id


async def add_orders(
    session: AsyncSession,
    scope: Scope,
    invoice_id: int,
    expected_revision: int,
    order_ids: Sequence[int],
    added_by: str,
) -> None:
    """Puts rated orders with the same bill-to and branch on a draft rollup by hand, whatever its grouping.

    Raises NotFound, LockedUseCredit, VersionStale, NotAssignable or RollupMixed.
    """
    chosen = await _lock_rated(session, scope, order_ids)
    invoice = await _lock_draft(session, scope, invoice_id, expected_revision)
    if invoice.kind != "rollup":
        raise NotAssignable(f"Invoice {invoice_id} is for a single order. Create a rollup instead.")
    common_key(chosen, invoice.key)
    await draft_invoices.put_on(session, [(order.id, invoice_id) for order in chosen], added_by)


async def take_orders_off(
    session: AsyncSession,
    scope: Scope,
    invoice_id: int,
    expected_revision: int,
    order_ids: Sequence[int] | None,
    done_by: str,
) -> None:
    """Takes orders off a draft, or all of them if `order_ids` is None. They stay rated. An empty draft is dissolved.

    Raises NotFound, LockedUseCredit, VersionStale or NotAssignable.
    """
    locked = await _lock_with_orders(session, scope, invoice_id, expected_revision)
    others = sorted(set(order_ids or ()) - set(locked))
    if others:
        raise NotAssignable(
            f"Invoice {invoice_id} does not contain {len(others):,} of the chosen orders.",
            faults=[Fault("/work_order_ids", f"work order {order_id}") for order_id in others],
        )
    await draft_invoices.take_off(session, locked if order_ids is None else list(order_ids), done_by)


async def remove_invoice(
    session: AsyncSession, scope: Scope, invoice_id: int, expected_revision: int, removed_by: str, removed_at: datetime
) -> None:
    """Removes a draft with the ratings and commissions of its orders, which are then open again.

    Raises NotFound, LockedUseCredit or VersionStale.
    """
    locked = await _lock_with_orders(session, scope, invoice_id, expected_revision)
    orders = await work_orders.find_all(session, EVERYTHING, locked)
    await remove_ratings_locked(session, orders, removed_by, removed_at)


async def _lock_rated(session: AsyncSession, scope: Scope, order_ids: Sequence[int]) -> list[WorkOrder]:
    """Locks the orders; raises NotAssignable with each order that is not rated or is already on an invoice."""
    found = {order.id: order for order in await work_orders.find_all(session, scope, order_ids, lock=True)}
    faults = []
    for order_id in sorted(set(order_ids)):
        order = found.get(order_id)
        if order is None:
            faults.append(Fault("/work_order_ids", f"there is no work order {order_id}"))
        elif order.status != "rated":
            faults.append(Fault("/work_order_ids", f"work order {order.number} is {order.status}"))
    if faults:
        raise NotAssignable(
            f"{counted(len(faults), 'order')} cannot be assigned: not rated, or already on an invoice.", faults=faults
        )
    return list(found.values())


async def _lock_draft(session: AsyncSession, scope: Scope, invoice_id: int, expected_revision: int) -> Invoice:
    invoice = await draft_invoices.find(session, scope, invoice_id, lock=True)
    if invoice is None:
        raise NotFound(f"There is no invoice {invoice_id}.")
    require_draft(invoice)
    require_version(invoice.revision, expected_revision, f"Invoice {invoice_id}")
    return invoice


async def _lock_with_orders(session: AsyncSession, scope: Scope, invoice_id: int, expected_revision: int) -> list[int]:
    """Locks a draft and its orders, and returns the ids of the orders.

    Orders are locked before invoices, as everywhere, so that transactions cannot block each other. If someone puts an
    order on the draft or takes one off in between, the revision of the draft is higher and raises VersionStale.
    """
    invoice = (await read_invoice(session, scope, invoice_id)).invoice
    require_draft(invoice)
    require_version(invoice.revision, expected_revision, f"Invoice {invoice_id}")
    locked = await draft_invoices.lock_orders_of(session, invoice_id)
    await _lock_draft(session, scope, invoice_id, expected_revision)
    return locked
