"""Work orders over HTTP."""

from typing import Annotated

from fastapi import Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import charges, work_orders
from services.rating.api.dependencies import CHANGING, CompanyZone
from services.rating.errors import ClientNumberRequired, DerivedFromServices, NotRated, NumberTaken, UnknownReference
from services.rating.records.work_orders import EnteredOrder
from services.rating.rules.listed_orders import OrderItem, OrderRow
from services.rating.rules.work_orders import OrderFilter, OrderTotals, WorkOrder, number_key
from services.rating.schemas.work_orders import NewWorkOrder, WorkOrderChange, WorkOrderChanges, WorkOrderRead
from shared.access import declared
from shared.access.grants import Level
from shared.audit.changes import HistoryStep
from shared.errors import NotFound
from shared.files.changes import Outcome
from shared.files.csv import read_csv
from shared.http.callers import Caller, CallerOf
from shared.http.etag import ExpectedVersion, Tagged, tagged
from shared.http.files import CSV_RESPONSE, CsvBody, table_answer
from shared.http.operation import Naming, Router
from shared.http.pages import Count, FixedPageQueryOf, Page, PageQueryOf, answer
from shared.http.transaction import Transaction
from shared.values.fields import field_names
from shared.values.numbers import Id
from shared.values.partly import PartlyRead
from shared.values.text import Line

router = Router("work-orders")
entries = Router("work-order-entries")
VIEW = declared.feature("rating.work_orders", Level.VIEW)
EDIT = declared.feature("rating.work_orders", Level.EDIT)


FileName = Annotated[Line, Query(description="The name of the file, to find the import by.")]


@router.get("", access=VIEW, response_model=Page[OrderItem, OrderTotals], responses=CSV_RESPONSE)
async def list_work_orders(
    filters: Annotated[OrderFilter, Query()], page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[OrderItem, OrderTotals] | Response:
    """Work orders with the totals of their ratings. CSV and XLSX contain all orders that match.

    With `reason=NO_PROFILE` each order has the `nearest` profiles and the values that differ, but not in CSV and XLSX.
    """
    rows, cursor, totals = await work_orders.list_orders(session, caller.scope, filters, page)
    if page.media_type is not None:
        return table_answer(page.media_type, "work-orders", field_names(OrderRow), rows)
    return Page(items=rows, next_cursor=cursor, totals=totals)


async def _find_unknown(session: AsyncSession, read: PartlyRead) -> list[tuple[str, str]]:
    """The names in a new order and in its prebills that do not exist."""
    prebills = await charges.find_unknown(session, read.value.to_prebills(), read)
    return [*await work_orders.find_unknown(session, read), *prebills]


async def _order_in_path(request: Request, session: AsyncSession) -> WorkOrder | None:
    caller: Caller = request.state.caller
    return await work_orders.look_up(session, caller.scope, int(request.path_params["work_order_id"]))


@router.post(
    "",
    access=EDIT,
    status_code=201,
    refuses=[UnknownReference, ClientNumberRequired, DerivedFromServices, NumberTaken],
    naming=Naming(NewWorkOrder, _find_unknown),
)
async def enter_work_order(
    entry: NewWorkOrder, response: Tagged, caller: CallerOf, session: Transaction, zone: CompanyZone
) -> WorkOrderRead:
    """Enters one order with its services and prebills. Without a bill-to, the customer receives the invoice."""
    prebills = entry.to_prebills()
    faults = await charges.find_faults(session, prebills)
    order_id = await work_orders.enter_order(session, caller.scope, entry, entry.services, caller.name, zone, faults)
    await charges.enter_prebills(session, order_id, prebills, caller.name)
    return await _read(session, caller, order_id, response, zone)


@router.imports("/import", access=EDIT)
async def import_work_orders(
    file: CsvBody, caller: CallerOf, session: Transaction, request: Request, file_name: FileName = ""
) -> Outcome:
    """Enters orders from a file. If any row has an error, nothing is imported.

    The import is a record in `imports`, and can be withdrawn there.
    """
    table = await read_csv(file, EnteredOrder, key=number_key)
    key = request.headers.get("idempotency-key", "")
    return await work_orders.import_orders(session, caller.scope, table, caller.name, file_name, key)


@router.get("/{work_order_id}", access=VIEW, refuses=[NotFound])
async def read_work_order(
    work_order_id: Id, response: Tagged, caller: CallerOf, session: Transaction, zone: CompanyZone
) -> WorkOrderRead:
    """One order with its services and its last export. You need the ETag to change it."""
    return await _read(session, caller, work_order_id, response, zone)


@router.get("/{work_order_id}/history", access=VIEW, refuses=[NotFound])
async def read_work_order_history(
    work_order_id: Id, page: FixedPageQueryOf, caller: CallerOf, session: Transaction
) -> Page[HistoryStep, Count]:
    """What happened to the order from its entry on, when, and who did it, newest first."""
    steps, cursor, count = await work_orders.list_history(session, caller.scope, work_order_id, page)
    return Page(items=steps, next_cursor=cursor, totals=Count.of(count))


@entries.get("", access=VIEW, response_model=Page[EnteredOrder, Count], responses=CSV_RESPONSE)
async def list_work_order_entries(
    filters: Annotated[OrderFilter, Query()], page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[EnteredOrder, Count] | Response:
    """Work orders with their proof of delivery, as they were entered. CSV and XLSX use the import format."""
    rows, cursor, count = await work_orders.list_entries(session, caller.scope, filters, page)
    return answer(page, "work-orders", EnteredOrder, rows, cursor, Count.of(count))


@router.patch(
    "/{work_order_id}",
    access=EDIT,
    refuses=[*CHANGING, UnknownReference, ClientNumberRequired, DerivedFromServices, NumberTaken],
    naming=Naming(WorkOrderChange, work_orders.find_unknown, _order_in_path),
)
async def change_work_order(
    work_order_id: Id,
    body: WorkOrderChanges,
    revision: ExpectedVersion,
    response: Tagged,
    caller: CallerOf,
    session: Transaction,
    zone: CompanyZone,
) -> WorkOrderRead:
    """Changes the fields that are sent. A new bill-to or branch takes the order off its draft invoice."""
    await work_orders.change_order(session, caller.scope, work_order_id, revision, body, caller.name, zone)
    return await _read(session, caller, work_order_id, response, zone)


@router.post("/{work_order_id}/unassign", access=EDIT, refuses=[*CHANGING, NotRated])
async def unassign_work_order(
    work_order_id: Id,
    revision: ExpectedVersion,
    response: Tagged,
    caller: CallerOf,
    session: Transaction,
    zone: CompanyZone,
) -> WorkOrderRead:
    """Takes an order off its draft invoice. It stays rated.

    To take this back, assign the order again: by rule, or to the same draft if that still has orders.
    """
    await work_orders.unassign_order(session, caller.scope, work_order_id, revision, caller.name)
    return await _read(session, caller, work_order_id, response, zone)


async def _read(session: Transaction, caller: CallerOf, order_id: int, response: Tagged, zone: str) -> WorkOrderRead:
    return tagged(response, WorkOrderRead.of(*await work_orders.read_order(session, caller.scope, order_id, zone)))
