"""Work orders: entered, imported, changed and read."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.errors import NumberTaken, UnknownReference
from services.rating.records.work_orders import EnteredOrder, OrderEntry
from services.rating.rules.codes import find_unknown_in_order
from services.rating.rules.draft_invoices import leaves_invoice
from services.rating.rules.work_orders import (
    EDITABLE,
    Closing,
    HistoryStep,
    OrderFilter,
    OrderRow,
    OrderTotals,
    Whereabouts,
    WorkOrder,
    require_editable,
    require_rated,
    warn_of_unknown_customers,
)
from services.rating.store import codes, customers, draft_invoices, ratings, work_order_history, work_orders
from shared.access.grants import Scope
from shared.database.failures import constraint_of
from shared.database.pages import PageQuery
from shared.errors import Fault, Forbidden, NotFound
from shared.files.csv import ROWS_IN_ONE_GO, Numbered, refuse_import
from shared.process.background import in_turns
from shared.values.versions import require_version


async def find_order(session: AsyncSession, scope: Scope, order_id: int, *, lock: bool = False) -> WorkOrder:
    """Returns the order, with `lock` locked against other changes; raises NotFound, also outside the scope."""
    order = await work_orders.find(session, scope, order_id, lock=lock)
    if order is None:
        raise NotFound(f"There is no work order {order_id}.")
    return order


async def read_order(
    session: AsyncSession, scope: Scope, order_id: int
) -> tuple[WorkOrder, Whereabouts, Closing | None, list[str]]:
    """Returns the order, its last export, why it was last closed or reopened, and its warnings; raises NotFound."""
    order = await find_order(session, scope, order_id)
    known = await customers.find_known(session, [(order.ar_company, order.customer), (order.ar_company, order.bill_to)])
    return (
        order,
        await work_orders.whereabouts(session, order_id),
        await work_orders.last_closing(session, order_id),
        warn_of_unknown_customers(order, known),
    )


async def list_orders(
    session: AsyncSession, scope: Scope, filters: OrderFilter, query: PageQuery
) -> tuple[list[OrderRow], str | None, OrderTotals]:
    """One page of orders, the cursor of the next page, and the totals of all that match."""
    rows, cursor = await work_orders.list_orders(session, scope, filters, query)
    return rows, cursor, await work_orders.total_orders(session, scope, filters)


async def read_history(session: AsyncSession, scope: Scope, order_id: int) -> list[HistoryStep]:
    """What happened to the order, newest first; raises NotFound, also outside the scope."""
    await find_order(session, scope, order_id)
    return await work_order_history.of_order(session, order_id)


async def list_entries(
    session: AsyncSession, scope: Scope, filters: OrderFilter, query: PageQuery
) -> tuple[list[EnteredOrder], str | None, int]:
    """One page of orders as they were entered, the cursor of the next page, and how many match."""
    rows, cursor = await work_orders.list_entries(session, scope, filters, query)
    return rows, cursor, (await work_orders.total_orders(session, scope, filters)).count


async def lock_editable(session: AsyncSession, scope: Scope, order_id: int, expected_revision: int) -> WorkOrder:
    """Locks the order for a change and returns it.

    Raises NotFound, LockedUseCredit from `exporting` on (even if the revision is stale), or VersionStale.
    """
    order = await find_order(session, scope, order_id, lock=True)
    if order.status not in EDITABLE:
        require_editable(order, await work_orders.whereabouts(session, order_id))
    require_version(order.revision, expected_revision, f"Work order {order.number}")
    return order


async def enter_order(session: AsyncSession, scope: Scope, entry: OrderEntry) -> int:
    """Enters an order and returns its id; raises UnknownReference, NumberTaken or Forbidden."""
    await require_valid_order(session, scope, entry)
    try:
        (order_id,) = await work_orders.insert(session, [entry])
    except IntegrityError as error:
        if constraint_of(error) == "work_order_number_key":
            raise NumberTaken(f"Work order {entry.number} already exists. Choose another number.") from error
        raise
    return order_id


async def import_orders(session: AsyncSession, scope: Scope, entries: Sequence[Numbered[EnteredOrder]]) -> int:
    """Enters all orders and returns their number; raises ImportRefused with every row that has an error."""
    known = await codes.known_codes(session)
    companies = await codes.companies_of_branches(session)
    taken = await work_orders.taken_numbers(session, [numbered.row.number for numbered in entries])
    faults: list[Fault] = []
    async for part in in_turns(entries, ROWS_IN_ONE_GO):
        for numbered in part:
            entry = numbered.row
            faults += [numbered.fault(column, message) for column, message in find_unknown_in_order(entry, known)]
            if entry.number in taken:
                faults.append(numbered.fault("number", f"work order {entry.number} already exists"))
            company = companies.get(entry.branch)
            if not scope.covers(branch=entry.branch, customer=entry.bill_to, ar_company=company):
                faults.append(numbered.fault("branch", "is outside the branches and customers that you may edit"))
    refuse_import(faults)
    async for part in in_turns(entries, ROWS_IN_ONE_GO):
        await work_orders.insert(session, [numbered.row for numbered in part])
    return len(entries)


async def change_order(
    session: AsyncSession,
    scope: Scope,
    order_id: int,
    expected_revision: int,
    changes: Mapping[str, Any],
    changed_by: str,
) -> None:
    """Changes fields of an order. A change that does not match its draft invoice takes it off the invoice.

    If the number, customer, bill-to or branch of a rated order changes, an event is published. Raises NotFound,
    LockedUseCredit, VersionStale, UnknownReference, NumberTaken or Forbidden.
    """
    order = await lock_editable(session, scope, order_id, expected_revision)
    entry = order.model_copy(update=dict(changes))
    await require_valid_order(session, scope, entry, before=order)
    if order.invoice_id is not None and leaves_invoice(
        await draft_invoices.key_of(session, order.invoice_id), order, entry
    ):
        await draft_invoices.take_off(session, [order_id], changed_by)
    try:
        await work_orders.update(session, order_id, entry)
    except IntegrityError as error:
        if constraint_of(error) == "work_order_number_key":
            raise NumberTaken(f"Work order {entry.number} already exists. Choose another number.") from error
        raise
    moved = (entry.number, entry.customer, entry.bill_to, entry.branch) != (
        *(order.number, order.customer, order.bill_to, order.branch),
    )
    if moved and order.status != "open":
        await ratings.announce(session, [order_id])


async def unassign_order(
    session: AsyncSession, scope: Scope, order_id: int, expected_revision: int, done_by: str
) -> None:
    """Takes an assigned order off its draft invoice. It stays rated.

    Raises NotFound, LockedUseCredit, VersionStale or NotRated.
    """
    order = await lock_editable(session, scope, order_id, expected_revision)
    require_rated(order)
    await draft_invoices.take_off(session, [order_id], done_by)


async def require_valid_order(
    session: AsyncSession, scope: Scope, entry: OrderEntry, *, before: WorkOrder | None = None
) -> None:
    """Raises UnknownReference for codes that do not exist, or Forbidden for an order outside the scope.

    An order can keep codes that were retired after it was entered.
    """
    known = await codes.known_codes(session)
    if before is not None:
        known["branch"].add(before.branch)
        known["priority"].add(before.priority)
        known["job_type"].add(before.job_type)
        known["region"].update([] if before.region is None else [before.region])
        known["bill_type"].update(before.triggers)
    unknown = find_unknown_in_order(entry, known)
    if unknown:
        raise UnknownReference(
            f"Work order {entry.number} has codes that do not exist or cannot be used; see `errors`.",
            faults=[Fault(f"/{name}", message) for name, message in unknown],
        )
    company = (await codes.companies_of_branches(session)).get(entry.branch)
    if not scope.covers(branch=entry.branch, customer=entry.bill_to, ar_company=company):
        raise Forbidden(
            f"Branch {entry.branch} with bill-to {entry.bill_to} is outside the branches and customers "
            "that you may edit."
        )
