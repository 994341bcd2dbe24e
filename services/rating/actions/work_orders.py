"""Work orders: entered, imported, changed and read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.errors import NumberTaken, UnknownReference
from services.rating.records.work_orders import EnteredOrder, OrderEntry
from services.rating.rules.codes import find_unknown_in_order
from services.rating.rules.draft_invoices import leaves_invoice
from services.rating.rules.listed_orders import OrderRow, add_warnings
from services.rating.rules.order_warnings import OrderWarning, find_order_warnings
from services.rating.rules.work_orders import (
    EDITABLE,
    Closing,
    HistoryStep,
    OrderFilter,
    OrderTotals,
    Whereabouts,
    WorkOrder,
    require_editable,
    require_rated,
)
from services.rating.store import (
    codes,
    customers,
    draft_invoices,
    rate_tables,
    ratings,
    work_order_history,
    work_orders,
)
from shared.access.grants import Scope
from shared.database.failures import constraint_of
from shared.database.pages import PageQuery
from shared.errors import Fault, Forbidden, NotFound
from shared.files.changes import Outcome
from shared.files.csv import ROWS_IN_ONE_GO, Numbered, TableFile
from shared.process.background import in_turns
from shared.values.fields import field_names
from shared.values.names import fold
from shared.values.versions import require_version

OrderT = TypeVar("OrderT", bound=OrderEntry)
_NUMBER_TAKEN = {"work_order_number_key", "work_order_number_folded"}


async def find_order(session: AsyncSession, scope: Scope, order_id: int, *, lock: bool = False) -> WorkOrder:
    """Returns the order, with `lock` locked against other changes; raises NotFound, also outside the scope."""
    order = await work_orders.find(session, scope, order_id, lock=lock)
    if order is None:
        raise NotFound(f"There is no work order {order_id}.")
    return order


async def read_order(
    session: AsyncSession, scope: Scope, order_id: int
) -> tuple[WorkOrder, Whereabouts, Closing | None, list[OrderWarning]]:
    """Returns the order, its last export, why it was last closed or reopened, and its warnings; raises NotFound."""
    order = await find_order(session, scope, order_id)
    whereabouts = await work_orders.whereabouts(session, order_id)
    closing = await work_orders.last_closing(session, order_id)
    rating = await ratings.find_facts(session, order_id)
    known = await customers.find_known(session, [(order.ar_company, order.customer), (order.ar_company, order.bill_to)])
    warnings = find_order_warnings(order, rating, await rate_tables.load(session), known)
    return order, whereabouts, closing, warnings


async def list_orders(
    session: AsyncSession, scope: Scope, filters: OrderFilter, query: PageQuery
) -> tuple[list[OrderRow], str | None, OrderTotals]:
    """One page of orders, the cursor of the next page, and the totals of all that match."""
    rows, cursor = await work_orders.list_orders(session, scope, filters, query)
    totals = await work_orders.total_orders(session, scope, filters)
    named = {(row.ar_company, number) for row in rows for number in (row.customer, row.bill_to)}
    known = await customers.find_known(session, sorted(named))
    return add_warnings(rows, await rate_tables.load(session), known), cursor, totals


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
    (entry,) = await _spelled(session, [entry], await codes.companies_of_branches(session))
    await require_valid_order(session, scope, entry)
    await _require_free(session, entry.number)
    try:
        (order_id,) = await work_orders.insert(session, [entry])
    except IntegrityError as error:
        if constraint_of(error) in _NUMBER_TAKEN:
            raise _taken(entry.number) from error
        raise
    return order_id


async def _spelled(session: AsyncSession, entries: Sequence[OrderT], companies: Mapping[str, int]) -> list[OrderT]:
    """The orders with the numbers of their customers as receivables spells them: `s1001` becomes `S1001`."""
    named = {
        (companies[entry.branch], number)
        for entry in entries
        for number in (entry.customer, entry.bill_to)
        if number is not None and entry.branch in companies
    }
    spelled = await customers.spellings(session, sorted(named)) if named else {}
    if not spelled:
        return list(entries)
    found = []
    for entry in entries:
        company = companies.get(entry.branch, 0)
        sides = {name: getattr(entry, name) for name in ("customer", "bill_to")}
        found.append(
            entry.model_copy(update={name: spelled.get((company, number), number) for name, number in sides.items()})
        )
    return found


async def _require_free(session: AsyncSession, number: str) -> None:
    taken = await work_orders.taken_numbers(session, [number])
    if number in taken:
        raise _taken(taken[number])


def _taken(number: str) -> NumberTaken:
    return NumberTaken(
        f"Work order {number} already exists. Choose another number; small and capital letters are the same."
    )


async def import_orders(session: AsyncSession, scope: Scope, file: TableFile[EnteredOrder]) -> Outcome:
    """Enters all orders; raises ImportRefused with every row that has an error."""
    outcome = Outcome()
    known = await codes.known_codes(session)
    companies = await codes.companies_of_branches(session)
    spelled = await _spelled(session, [numbered.row for numbered in file.all_rows], companies)
    rows = [replace(numbered, row=row) for numbered, row in zip(file.all_rows, spelled, strict=True)]
    taken = await work_orders.taken_numbers(
        session, [numbered.row.number for numbered in file.all_rows if numbered.row.number]
    )
    faults: list[tuple[Numbered[EnteredOrder], str, str]] = []
    async for part in in_turns(rows, ROWS_IN_ONE_GO):
        for numbered in part:
            entry = numbered.row
            faults += [(numbered, *fault) for fault in find_unknown_in_order(entry, known)]
            if entry.number in taken:
                faults.append((numbered, "number", f"work order {taken[entry.number]} already exists"))
            company = companies.get(entry.branch)
            within = scope.covers(branch=entry.branch, customer=entry.bill_to, ar_company=company)
            if not (numbered.faulty or within):
                faults.append((numbered, "branch", "is outside the branches and customers that you may edit"))
    file.refuse(faults)
    async for part in in_turns(rows, ROWS_IN_ONE_GO):
        await work_orders.insert(session, [numbered.row for numbered in part])
        for numbered in part:
            outcome.create(numbered.line, numbered.row.number, numbered.row, field_names(EnteredOrder))
    return outcome


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
    changed = order.model_copy(update=dict(changes))
    (entry,) = await _spelled(session, [changed], await codes.companies_of_branches(session))
    await require_valid_order(session, scope, entry, before=order)
    if order.invoice_id is not None and leaves_invoice(
        await draft_invoices.key_of(session, order.invoice_id), order, entry
    ):
        await draft_invoices.take_off(session, [order_id], changed_by)
    if fold(entry.number) != fold(order.number):
        await _require_free(session, entry.number)
    try:
        await work_orders.update(session, order_id, entry)
    except IntegrityError as error:
        if constraint_of(error) in _NUMBER_TAKEN:
            raise _taken(entry.number) from error
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


async def find_unknown(session: AsyncSession, entry: OrderEntry) -> list[tuple[str, str]]:
    """The names in an order that do not exist, by JSON pointer; it may be invalid in other fields."""
    known = await codes.known_codes(session)
    return [(f"/{name}", message) for name, message in find_unknown_in_order(entry, known)]


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
