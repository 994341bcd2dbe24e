"""Work orders: entered, imported, changed and read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import coverage, quantities
from services.rating.actions import work_order_services as services_of_orders
from services.rating.errors import ClientNumberRequired, NoProfile, NumberTaken, UnknownReference
from services.rating.records.work_order_services import Service
from services.rating.records.work_orders import EnteredOrder, OrderEntry
from services.rating.rules.codes import find_unknown_in_order
from services.rating.rules.customers import find_missing_numbers
from services.rating.rules.draft_invoices import leaves_invoice
from services.rating.rules.due_days import with_due_days
from services.rating.rules.listed_orders import OrderItem, add_warnings
from services.rating.rules.order_warnings import OrderWarning, find_order_warnings, find_unknown_customers
from services.rating.rules.quantities import NO_DEFINITIONS, find_faults_in_reported
from services.rating.rules.work_orders import (
    EDITABLE,
    Closing,
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
    imports,
    rate_tables,
    ratings,
    work_order_history,
    work_order_services,
    work_orders,
)
from shared.access.grants import Scope
from shared.audit import history
from shared.audit.changes import HistoryStep, changes_between
from shared.database.failures import constraint_of
from shared.database.pages import PageQuery
from shared.errors import Fault, Forbidden, NotFound
from shared.files.changes import FileWarning, Outcome
from shared.files.csv import ROWS_IN_ONE_GO, Numbered, TableFile
from shared.process.background import in_turns
from shared.values.fields import field_names, parts_of
from shared.values.names import fold
from shared.values.numbers import counted
from shared.values.partly import PartlyRead
from shared.values.versions import require_version

OrderT = TypeVar("OrderT", bound=OrderEntry)
look_up = work_orders.find
_NUMBER_TAKEN = {"work_order_number_key", "work_order_number_folded"}


async def find_order(session: AsyncSession, scope: Scope, order_id: int, *, lock: bool = False) -> WorkOrder:
    """Returns the order, with `lock` locked against other changes; raises NotFound, also outside the scope."""
    order = await work_orders.find(session, scope, order_id, lock=lock)
    if order is None:
        raise NotFound(f"There is no work order {order_id}.")
    return order


async def read_order(
    session: AsyncSession, scope: Scope, order_id: int, zone: str
) -> tuple[WorkOrder, list[Service], Whereabouts, Closing | None, list[OrderWarning]]:
    """Returns the order, its services, its last export, why it was last closed or reopened, and its warnings.

    Times are in the zone of the branch, or in `zone` if that has none. Raises NotFound.
    """
    order = await find_order(session, scope, order_id)
    whereabouts = await work_orders.whereabouts(session, order_id)
    closing = await work_orders.last_closing(session, order_id)
    rating = await ratings.find_facts(session, order_id)
    known = await customers.find_known_of(session, [order])
    warnings = find_order_warnings(order, rating, await rate_tables.load(session), known)
    return order, await services_of_orders.of_order(session, order, zone), whereabouts, closing, warnings


async def list_orders(
    session: AsyncSession, scope: Scope, filters: OrderFilter, query: PageQuery
) -> tuple[list[OrderItem], str | None, OrderTotals | None]:
    """One page of orders, the cursor of the next page, and the totals of all that match if they are wanted."""
    rows, cursor = await work_orders.list_orders(session, scope, filters, query)
    totals = await work_orders.total_orders(session, scope, filters) if query.totals else None
    known = await customers.find_known_of(session, rows)
    warned = add_warnings(rows, await rate_tables.load(session), known)
    unmatched = filters.reason == NoProfile.code and query.limit is not None
    near = await coverage.nearest_of(session, [row.id for row in rows]) if unmatched else {}
    return [OrderItem(**vars(row), nearest=near.get(row.id, ())) for row in warned], cursor, totals


async def list_history(
    session: AsyncSession, scope: Scope, order_id: int, query: PageQuery
) -> tuple[list[HistoryStep], str | None, int | None]:
    """One page of what happened to the order, newest first, the next cursor, and the number of steps.

    Raises NotFound, also outside the scope.
    """
    await find_order(session, scope, order_id)
    return await work_order_history.list_steps(session, order_id, query)


async def list_entries(
    session: AsyncSession, scope: Scope, filters: OrderFilter, query: PageQuery
) -> tuple[list[EnteredOrder], str | None, int | None]:
    """One page of orders as they were entered, the cursor of the next page, and how many match if that is wanted."""
    rows, cursor = await work_orders.list_entries(session, scope, filters, query)
    return rows, cursor, (await work_orders.total_orders(session, scope, filters)).count if query.totals else None


async def lock_editable(session: AsyncSession, scope: Scope, order_id: int, expected_revision: int) -> WorkOrder:
    """Locks the order for a change and returns it.

    Raises NotFound, LockedUseCredit from `exporting` on (even if the revision is stale), or VersionStale.
    """
    order = await find_order(session, scope, order_id, lock=True)
    if order.status not in EDITABLE:
        require_editable(order, await work_orders.whereabouts(session, order_id))
    require_version(order.revision, expected_revision, f"Work order {order.number}")
    return order


async def enter_order(
    session: AsyncSession,
    scope: Scope,
    entry: OrderEntry,
    services: Sequence[Service],
    entered_by: str,
    zone: str,
    also: Sequence[Fault] = (),
) -> int:
    """Enters an order and returns its id; raises UnknownReference, DerivedFromServices, NumberTaken or Forbidden.

    Times without a zone are in that of the branch, or in `zone` if that has none. `also` are the faults of what is entered
    along with it.
    """
    sent = {name: getattr(entry, name) for name in entry.model_fields_set}
    (entry,) = await spelled(session, [entry], await codes.companies_of_branches(session))
    (entry,) = with_due_days([entry], await codes.due_days(session))
    faults = await services_of_orders.find_faults(session, services)
    await require_valid_order(session, scope, entry, also=[*also, *faults])
    await _require_numbers(session, entry)
    if services:
        services = await services_of_orders.in_zone(session, entry.branch, services, zone)
        entry = services_of_orders.with_derived(entry, services, sent)
    await _require_free(session, entry.number)
    try:
        (order_id,) = await work_orders.insert(session, [entry], entered_by)
    except IntegrityError as error:
        if constraint_of(error) in _NUMBER_TAKEN:
            raise _taken(entry.number) from error
        raise
    if services:
        await work_order_services.replace(session, {order_id: services})
    return order_id


async def spelled(session: AsyncSession, entries: Sequence[OrderT], companies: Mapping[str, int]) -> list[OrderT]:
    """The orders with the numbers of their customers as receivables spells them: `s1001` becomes `S1001`."""
    named = {
        (companies[entry.branch], number)
        for entry in entries
        for number in (entry.customer, entry.bill_to)
        if number is not None and entry.branch in companies
    }
    known = await customers.spellings(session, sorted(named)) if named else {}
    if not known:
        return list(entries)
    found = []
    for entry in entries:
        company = companies.get(entry.branch, 0)
        sides = {name: getattr(entry, name) for name in ("customer", "bill_to")}
        found.append(
            entry.model_copy(update={name: known.get((company, number), number) for name, number in sides.items()})
        )
    return found


async def _require_numbers(session: AsyncSession, entry: OrderEntry, before: WorkOrder | None = None) -> None:
    """Raises ClientNumberRequired for numbers that the order lacks; a change may leave those out that it lacked before."""
    companies = await codes.companies_of_branches(session)
    sides = [(companies[entry.branch], entry)] + ([] if before is None else [(before.ar_company, before)])
    named = {(company, number) for company, order in sides for number in (order.customer, order.bill_to)}
    required = await customers.required_numbers(session, sorted(named))
    missing = find_missing_numbers(entry, companies[entry.branch], required)
    lacked = {} if before is None else find_missing_numbers(before, before.ar_company, required)
    faults = [Fault(f"/{name}", message) for name, message in missing.items() if name not in lacked]
    if faults:
        raise ClientNumberRequired(
            f"Work order {entry.number} lacks numbers that its customer requires; see `errors`.", faults=faults
        )


async def _require_free(session: AsyncSession, number: str) -> None:
    taken = await work_orders.taken_numbers(session, [number])
    if number in taken:
        raise _taken(taken[number])


def _taken(number: str) -> NumberTaken:
    return NumberTaken(
        f"Work order {number} already exists. Choose another number; small and capital letters are the same."
    )


async def import_orders(
    session: AsyncSession, scope: Scope, file: TableFile[EnteredOrder], imported_by: str, file_name: str, key: str
) -> Outcome:
    """Enters all orders; raises ImportRefused with every row that has an error."""
    outcome = Outcome()
    known = await codes.known_codes(session)
    companies = await codes.companies_of_branches(session)
    entries = await spelled(session, [numbered.row for numbered in file.all_rows], companies)
    rows = [replace(numbered, row=row) for numbered, row in zip(file.all_rows, entries, strict=True)]
    taken = await work_orders.taken_numbers(
        session, [numbered.row.number for numbered in file.all_rows if numbered.row.number]
    )
    named = {
        (companies.get(row.branch, 0), number) for row in entries for number in (row.customer, row.bill_to) if number
    }
    required = await customers.required_numbers(session, sorted(named))
    has_own = any(entry.quantities for entry in entries)
    definitions = await codes.quantities(session) if has_own else NO_DEFINITIONS
    faults: list[tuple[Numbered[EnteredOrder], str, str]] = []
    async for part in in_turns(rows, ROWS_IN_ONE_GO):
        for numbered in part:
            entry = numbered.row
            faults += [(numbered, *fault) for fault in find_unknown_in_order(entry, known)]
            faults += [
                (numbered, "quantities", words) for _, words in find_faults_in_reported(entry.quantities, definitions)
            ]
            if entry.number in taken:
                faults.append((numbered, "number", f"work order {taken[entry.number]} already exists"))
            company = companies.get(entry.branch)
            within = scope.covers(branch=entry.branch, customer=entry.bill_to, ar_company=company)
            if not (numbered.faulty or within):
                faults.append((numbered, "branch", "is outside the branches and customers that you may edit"))
            faults += [(numbered, *fault) for fault in find_missing_numbers(entry, company, required).items()]
    file.refuse(faults)
    import_id = await imports.insert(session, file_name, key, len(rows), imported_by)
    due_days = await codes.due_days(session)
    async for part in in_turns(rows, ROWS_IN_ONE_GO):
        entries = with_due_days([numbered.row for numbered in part], due_days)
        await work_orders.insert(session, entries, imported_by, import_id)
        for numbered in part:
            outcome.create(numbered.line, numbered.row.number, numbered.row, field_names(EnteredOrder))
    outcome.warnings = await _warnings_about(session, rows, companies)
    return outcome


async def _warnings_about(
    session: AsyncSession, rows: Sequence[Numbered[EnteredOrder]], companies: Mapping[str, int]
) -> list[FileWarning]:
    """The customers of the orders that receivables has not reported; they may be added later, so none is refused."""
    orders = [(numbered.line, companies[numbered.row.branch], numbered.row) for numbered in rows]
    named = sorted({(company, number) for _, company, row in orders for number in (row.customer, row.bill_to)})
    known: set[tuple[int, str]] = set()
    async for part in in_turns(named, ROWS_IN_ONE_GO):
        known |= await customers.find_known(session, part)
    return [
        FileWarning(
            f"line {unknown.line}, column {unknown.column}",
            "UNKNOWN_CUSTOMER" if unknown.column == "customer" else "UNKNOWN_BILL_TO",
            f"company {unknown.ar_company} has no customer {unknown.number}; {counted(unknown.orders, 'order')} in the file "
            f"{'names' if unknown.orders == 1 else 'name'} it",
        )
        for unknown in find_unknown_customers(orders, known)
    ]


async def change_order(
    session: AsyncSession,
    scope: Scope,
    order_id: int,
    expected_revision: int,
    changes: Mapping[str, Any],
    changed_by: str,
    zone: str,
) -> None:
    """Changes fields of an order. A change that does not match its draft invoice takes it off the invoice.

    `changes` may have all `services` of the order; for `zone` see enter_order. If what events
    say of a rated order changes, such as its bill-to or its case, one is published. Raises NotFound, LockedUseCredit,
    VersionStale, UnknownReference, ClientNumberRequired, DerivedFromServices, NumberTaken or Forbidden.
    """
    order = await lock_editable(session, scope, order_id, expected_revision)
    before = await services_of_orders.of_order(session, order, zone)
    sent = {name: value for name, value in changes.items() if name != "services"}
    changed = order.model_copy(update=sent)
    (entry,) = await spelled(session, [changed], await codes.companies_of_branches(session))
    after: Sequence[Service] = changes.get("services", before)
    faults = await services_of_orders.find_faults(session, after, before)
    await require_valid_order(session, scope, entry, before=order, also=faults)
    await _require_numbers(session, entry, order)
    if after:
        after = await services_of_orders.in_zone(session, entry.branch, after, zone)
        entry = services_of_orders.with_derived(entry, after, sent)
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
    differing = changes_between(parts_of(order, OrderEntry), parts_of(entry, OrderEntry))
    if "services" in changes:
        await work_order_services.replace(session, {order_id: after})
        differing += services_of_orders.changes_of(before, after)
    await history.note_one(session, "work_order", history.key_of(order_id), "changed", differing)
    published = any(one.field.partition("/")[0] in ratings.PUBLISHED for one in differing)
    if published and order.status != "open":
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


async def find_unknown(session: AsyncSession, read: PartlyRead) -> list[tuple[str, str]]:
    """The names in an order that do not exist, by JSON pointer; a change has the order as it is as facts."""
    before: WorkOrder | None = read.facts
    entry = read.value if before is None else read.changed(before)
    unknown = find_unknown_in_order(entry, await _usable(session, before))
    unknown += await quantities.find_faults(session, entry.quantities, () if before is None else before.quantities)
    services = await services_of_orders.find_unknown(session, read, getattr(read.value, "services", None) or ())
    return [*((f"/{name}", message) for name, message in unknown), *services]


async def _usable(session: AsyncSession, before: WorkOrder | None) -> dict[str, set[str]]:
    """The codes that an order can have, by table. It can keep codes that were retired after it was entered."""
    known = await codes.known_codes(session)
    if before is not None:
        known["branch"].add(before.branch)
        known["priority"].add(before.priority)
        known["job_type"].add(before.job_type)
        known["region"].update([] if before.region is None else [before.region])
        known["bill_type"].update(before.triggers)
    return known


async def require_valid_order(
    session: AsyncSession,
    scope: Scope,
    entry: OrderEntry,
    *,
    before: WorkOrder | None = None,
    place: str = "",
    also: Sequence[Fault] = (),
) -> None:
    """Raises UnknownReference for codes that do not exist, or Forbidden for an order outside the scope.

    `place` is the JSON pointer to the order, and `also` are the faults of what belongs to it. For `before` see _usable.
    """
    unknown = find_unknown_in_order(entry, await _usable(session, before))
    unknown += await quantities.find_faults(session, entry.quantities, () if before is None else before.quantities)
    faults = [*(Fault(f"{place}/{name}", message) for name, message in unknown), *also]
    if faults:
        raise UnknownReference(
            f"Work order {entry.number} has codes that do not exist or cannot be used; see `errors`.", faults=faults
        )
    company = (await codes.companies_of_branches(session)).get(entry.branch)
    if not scope.covers(branch=entry.branch, customer=entry.bill_to, ar_company=company):
        raise Forbidden(
            f"Branch {entry.branch} with bill-to {entry.bill_to} is outside the branches and customers "
            "that you may edit."
        )
