"""Work orders: entered, imported, changed and looked at."""

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
)
from services.rating.store import codes, draft_invoices, ratings, work_order_history, work_orders
from shared.access.grants import Scope
from shared.database.failures import constraint_of
from shared.database.pages import PageQuery
from shared.errors import Fault, Forbidden, NotFound
from shared.files.csv import Numbered, refuse_import
from shared.values.versions import require_version


async def find_order(session: AsyncSession, scope: Scope, order_id: int, *, lock: bool = False) -> WorkOrder:
    """The order, with `lock` held against other changes; raises NotFound, outside the scope as well."""
    order = await work_orders.find(session, scope, order_id, lock=lock)
    if order is None:
        raise NotFound(f"There is no work order {order_id}.")
    return order


async def read_order(
    session: AsyncSession, scope: Scope, order_id: int
) -> tuple[WorkOrder, Whereabouts, Closing | None]:
    """The order, where its last export is, and why it was closed or reopened last; raises NotFound outside the scope."""
    order = await find_order(session, scope, order_id)
    return order, await work_orders.whereabouts(session, order_id), await work_orders.last_closing(session, order_id)


async def list_orders(
    session: AsyncSession, scope: Scope, wanted: OrderFilter, query: PageQuery
) -> tuple[list[OrderRow], str | None, OrderTotals]:
    rows, cursor = await work_orders.list_orders(session, scope, wanted, query)
    return rows, cursor, await work_orders.total_orders(session, scope, wanted)


async def read_history(session: AsyncSession, scope: Scope, order_id: int) -> list[HistoryStep]:
    """What happened to the order, the newest first; raises NotFound outside the scope."""
    await find_order(session, scope, order_id)
    return await work_order_history.of_order(session, order_id)


async def list_entries(
    session: AsyncSession, scope: Scope, wanted: OrderFilter, query: PageQuery
) -> tuple[list[EnteredOrder], str | None, int]:
    """The orders that fit, as they were entered, and how many there are."""
    rows, cursor = await work_orders.list_entries(session, scope, wanted, query)
    return rows, cursor, (await work_orders.total_orders(session, scope, wanted)).count


async def hold_editable(session: AsyncSession, scope: Scope, order_id: int, expected_revision: int) -> WorkOrder:
    """The order, locked for a change by this transaction.

    Raises NotFound, LockedUseCredit from `exporting` on (whatever revision the caller holds), VersionStale.
    """
    order = await find_order(session, scope, order_id, lock=True)
    if order.status not in EDITABLE:
        require_editable(order, await work_orders.whereabouts(session, order_id))
    require_version(order.revision, expected_revision, f"Work order {order.number}")
    return order


async def enter_order(session: AsyncSession, scope: Scope, entry: OrderEntry) -> int:
    """Enters one order and returns its id; raises UnknownReference, NumberTaken, Forbidden."""
    await require_enterable(session, scope, entry)
    try:
        (order_id,) = await work_orders.insert(session, [entry])
    except IntegrityError as error:
        if constraint_of(error) == "work_order_number_key":
            raise NumberTaken(f"There is a work order {entry.number} already.") from error
        raise
    return order_id


async def import_orders(session: AsyncSession, scope: Scope, entries: Sequence[Numbered[EnteredOrder]]) -> int:
    """Enters all orders or none; returns their number. Raises ImportRefused that names every faulty row."""
    known = await codes.known_codes(session)
    companies = await codes.companies_of_branches(session)
    taken = await work_orders.taken_numbers(session, [one.row.number for one in entries])
    faults: list[Fault] = []
    for one in entries:
        faults += [one.fault(column, words) for column, words in find_unknown_in_order(one.row, known)]
        if one.row.number in taken:
            faults.append(one.fault("number", f"there is a work order {one.row.number} already"))
        company = companies.get(one.row.branch)
        if not scope.covers(branch=one.row.branch, customer=one.row.bill_to, ar_company=company):
            faults.append(one.fault("branch", "lies outside the branches and customers that you may edit"))
    refuse_import(faults)
    return len(await work_orders.insert(session, [one.row for one in entries]))


async def change_order(
    session: AsyncSession,
    scope: Scope,
    order_id: int,
    expected_revision: int,
    changes: Mapping[str, Any],
    changed_by: str,
) -> None:
    """Changes fields of an order. A new bill-to or branch takes it off its draft invoice and is announced."""
    order = await hold_editable(session, scope, order_id, expected_revision)
    entry = order.model_copy(update=dict(changes))
    await require_enterable(session, scope, entry, before=order)
    if order.invoice_id is not None and leaves_invoice(
        await draft_invoices.key_of(session, order.invoice_id), order, entry
    ):
        await draft_invoices.take_off(session, [order_id], changed_by)
    try:
        await work_orders.update(session, order_id, entry)
    except IntegrityError as error:
        if constraint_of(error) == "work_order_number_key":
            raise NumberTaken(f"There is a work order {entry.number} already.") from error
        raise
    moved = (entry.number, entry.customer, entry.bill_to, entry.branch) != (
        *(order.number, order.customer, order.bill_to, order.branch),
    )
    if moved and order.status != "open":
        await ratings.announce(session, [order_id])


async def unassign_order(
    session: AsyncSession, scope: Scope, order_id: int, expected_revision: int, done_by: str
) -> None:
    """Takes an assigned order off its draft invoice; it stays rated."""
    order = await hold_editable(session, scope, order_id, expected_revision)
    require_rated(order)
    await draft_invoices.take_off(session, [order_id], done_by)


async def require_enterable(
    session: AsyncSession, scope: Scope, entry: OrderEntry, *, before: WorkOrder | None = None
) -> None:
    """Raises UnknownReference for what does not exist, Forbidden for what lies outside the scope.

    What was retired after the order had named it does not stand in the way of a change.
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
            f"Work order {entry.number} names things that do not exist.",
            faults=[Fault(f"/{name}", words) for name, words in unknown],
        )
    company = (await codes.companies_of_branches(session)).get(entry.branch)
    if not scope.covers(branch=entry.branch, customer=entry.bill_to, ar_company=company):
        raise Forbidden(f"Branch {entry.branch} with bill-to {entry.bill_to} lies outside what you may edit.")
