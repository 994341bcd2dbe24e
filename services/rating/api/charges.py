"""Charges entered for one order: prebills, lines by hand, overrides."""

from fastapi import Response

from services.rating.actions import charges, work_orders
from services.rating.api.dependencies import CHANGING
from services.rating.errors import UnknownReference
from services.rating.records.charges import Charge, ChargeEntry, Prebill
from services.rating.schemas.charges import Override, ShownCharge, entry_of
from shared.access import declared
from shared.access.grants import Level
from shared.errors import NotFound
from shared.files.csv import Numbered, read_csv
from shared.http.etag import ExpectedVersion, etag
from shared.http.files import CSV_RESPONSE, CsvBody
from shared.http.operation import CallerOf, Router
from shared.http.pages import Count, Page, PageQueryOf, answer
from shared.http.transaction import Transaction
from shared.values.numbers import Id
from shared.values.text import NumberText

router = Router("work-orders")
prebills = Router("prebills")
VIEW = declared.feature("rating.rating", Level.VIEW)
EDIT = declared.feature("rating.rating", Level.EDIT)
PREBILL = declared.feature("rating.work_orders", Level.EDIT)


@router.get("/{work_order_id}/charges", access=VIEW, refuses=[NotFound])
async def list_charges(work_order_id: Id, caller: CallerOf, session: Transaction) -> list[ShownCharge]:
    """Prebills, lines by hand and overrides of an order; its next rating takes them up."""
    return [ShownCharge.of(one) for one in await charges.list_charges(session, caller.scope, work_order_id)]


@router.post("/{work_order_id}/prebills", access=PREBILL, status_code=201, refuses=[*CHANGING, UnknownReference])
async def enter_prebill(
    work_order_id: Id,
    entry: Charge,
    revision: ExpectedVersion,
    response: Response,
    caller: CallerOf,
    session: Transaction,
) -> ShownCharge:
    """Captures a charge before rating: standard, priced from the rate table, or custom, with a rate of its own."""
    return await _enter(work_order_id, entry_of(entry, "prebill"), revision, response, caller, session)


@router.post("/{work_order_id}/manual-lines", access=EDIT, status_code=201, refuses=[*CHANGING, UnknownReference])
async def enter_manual_line(
    work_order_id: Id,
    entry: Charge,
    revision: ExpectedVersion,
    response: Response,
    caller: CallerOf,
    session: Transaction,
) -> ShownCharge:
    """Adds a line by hand; a negative rate is a deduction. Rate the order to have it on its rating."""
    return await _enter(work_order_id, entry_of(entry, "manual"), revision, response, caller, session)


@router.post("/{work_order_id}/overrides", access=EDIT, status_code=201, refuses=[*CHANGING, UnknownReference])
async def override_line(
    work_order_id: Id,
    entry: Override,
    revision: ExpectedVersion,
    response: Response,
    caller: CallerOf,
    session: Transaction,
) -> ShownCharge:
    """Gives a line of the rate table another quantity or amount; its original amount stays on the rating."""
    return await _enter(work_order_id, entry.to_entry(), revision, response, caller, session)


@router.delete("/{work_order_id}/charges/{charge_id}", access=EDIT, status_code=204, refuses=CHANGING)
async def remove_charge(
    work_order_id: Id, charge_id: Id, revision: ExpectedVersion, caller: CallerOf, session: Transaction
) -> None:
    """Takes a prebill, a line by hand or an override off; the next rating is without it."""
    await charges.remove_charge(session, caller.scope, work_order_id, revision, charge_id)


@prebills.get("", access=VIEW, response_model=Page[Prebill, Count], responses=CSV_RESPONSE)
async def list_prebills(
    page: PageQueryOf, caller: CallerOf, session: Transaction, work_order: NumberText | None = None
) -> Page[Prebill, Count] | Response:
    """Prebills of all orders, in the columns in which they are imported."""
    rows, cursor, count = await charges.list_prebills(session, caller.scope, work_order, page)
    return answer(page, "prebills", Prebill, rows, cursor, Count(count=count))


@prebills.imports("/import", access=PREBILL)
async def import_prebills(file: CsvBody, caller: CallerOf, session: Transaction) -> int:
    """Enters the prebills of many orders: all of them, or none and a list of every faulty place."""
    rows = read_csv(file, Prebill, key=lambda row: (row.work_order, row.billing_item, row.comment))
    entries = [Numbered(one.line, (one.row.work_order, entry_of(one.row, "prebill"))) for one in rows]
    return await charges.import_prebills(session, caller.scope, entries, caller.name)


async def _enter(
    order_id: int, entry: ChargeEntry, revision: int, response: Response, caller: CallerOf, session: Transaction
) -> ShownCharge:
    charge_id = await charges.enter_charge(session, caller.scope, order_id, revision, entry, caller.name)
    entered = await charges.list_charges(session, caller.scope, order_id)
    order, *_ = await work_orders.read_order(session, caller.scope, order_id)
    response.headers["etag"] = etag(order.revision)
    return ShownCharge.of(next(one for one in entered if one.id == charge_id))
