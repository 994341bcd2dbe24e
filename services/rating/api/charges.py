"""The charges of an order over HTTP: prebills, manual lines and overrides."""

from collections.abc import Callable
from typing import Any

from fastapi import Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import charges, work_orders
from services.rating.api.dependencies import CHANGING
from services.rating.errors import UnknownReference
from services.rating.records.charges import Charge, ChargeEntry, Prebill
from services.rating.rules.charges import prebill_key
from services.rating.schemas.charges import Override, ShownCharge, entry_of
from shared.access import declared
from shared.access.grants import Level
from shared.errors import NotFound
from shared.files.changes import Outcome
from shared.files.csv import read_csv
from shared.http.callers import CallerOf
from shared.http.etag import ExpectedVersion, Tagged, etag
from shared.http.files import CSV_RESPONSE, CsvBody
from shared.http.operation import Naming, Router
from shared.http.pages import Count, Page, PageQueryOf, answer
from shared.http.transaction import Transaction
from shared.values.numbers import Id
from shared.values.partly import PartlyRead
from shared.values.text import NumberText

router = Router("work-orders")
prebills = Router("prebills")
VIEW = declared.feature("rating.rating", Level.VIEW)
EDIT = declared.feature("rating.rating", Level.EDIT)
PREBILL = declared.feature("rating.work_orders", Level.EDIT)


def _naming(kind: type[BaseModel], to_entry: Callable[[Any], ChargeEntry]) -> Naming:
    """What the body of one charge names."""

    async def find(session: AsyncSession, read: PartlyRead) -> list[tuple[str, str]]:
        return await charges.find_unknown(session, {"": to_entry(read.value)}, read)

    return Naming(kind, find)


@router.get("/{work_order_id}/charges", access=VIEW, refuses=[NotFound])
async def list_charges(
    work_order_id: Id, page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[ShownCharge, Count]:
    """Prebills, manual lines and overrides of an order. Its next rating includes them."""
    found, cursor, count = await charges.list_charges(session, caller.scope, work_order_id, page)
    return Page(items=[ShownCharge.of(charge) for charge in found], next_cursor=cursor, totals=Count.of(count))


@router.post(
    "/{work_order_id}/prebills",
    access=PREBILL,
    status_code=201,
    refuses=[*CHANGING, UnknownReference],
    naming=_naming(Charge, lambda charge: entry_of(charge, "prebill")),
)
async def enter_prebill(
    work_order_id: Id,
    entry: Charge,
    revision: ExpectedVersion,
    response: Tagged,
    caller: CallerOf,
    session: Transaction,
) -> ShownCharge:
    """Enters a charge before the order is rated. Without a rate it is priced from the rate table."""
    return await _enter(work_order_id, entry_of(entry, "prebill"), revision, response, caller, session)


@router.post(
    "/{work_order_id}/manual-lines",
    access=EDIT,
    status_code=201,
    refuses=[*CHANGING, UnknownReference],
    naming=_naming(Charge, lambda charge: entry_of(charge, "manual")),
)
async def enter_manual_line(
    work_order_id: Id,
    entry: Charge,
    revision: ExpectedVersion,
    response: Tagged,
    caller: CallerOf,
    session: Transaction,
) -> ShownCharge:
    """Enters a manual line; a negative rate is a deduction. Then rate the order, so that its rating includes it."""
    return await _enter(work_order_id, entry_of(entry, "manual"), revision, response, caller, session)


@router.post(
    "/{work_order_id}/overrides",
    access=EDIT,
    status_code=201,
    refuses=[*CHANGING, UnknownReference],
    naming=_naming(Override, Override.to_entry),
)
async def override_line(
    work_order_id: Id,
    entry: Override,
    revision: ExpectedVersion,
    response: Tagged,
    caller: CallerOf,
    session: Transaction,
) -> ShownCharge:
    """Overrides the quantity or the amount of a rate table line. The rating also keeps the original amount."""
    return await _enter(work_order_id, entry.to_entry(), revision, response, caller, session)


@router.delete("/{work_order_id}/charges/{charge_id}", access=EDIT, status_code=204, refuses=CHANGING)
async def remove_charge(
    work_order_id: Id, charge_id: Id, revision: ExpectedVersion, caller: CallerOf, session: Transaction
) -> None:
    """Removes a prebill, a manual line or an override. The next rating no longer includes it."""
    await charges.remove_charge(session, caller.scope, work_order_id, revision, charge_id)


@prebills.get("", access=VIEW, response_model=Page[Prebill, Count], responses=CSV_RESPONSE)
async def list_prebills(
    page: PageQueryOf, caller: CallerOf, session: Transaction, work_order: NumberText | None = None
) -> Page[Prebill, Count] | Response:
    """Prebills of all orders. CSV and XLSX use the import format."""
    rows, cursor, count = await charges.list_prebills(session, caller.scope, work_order, page)
    return answer(page, "prebills", Prebill, rows, cursor, Count.of(count))


@prebills.imports("/import", access=PREBILL)
async def import_prebills(file: CsvBody, caller: CallerOf, session: Transaction) -> Outcome:
    """Enters prebills of many orders. If any row has an error, nothing is imported."""
    table = await read_csv(file, Prebill, key=prebill_key)
    return await charges.import_prebills(session, caller.scope, table.mapped(_placed), caller.name)


def _placed(row: Prebill) -> tuple[str, ChargeEntry]:
    return row.work_order, entry_of(row, "prebill")


async def _enter(
    order_id: int, entry: ChargeEntry, revision: int, response: Tagged, caller: CallerOf, session: Transaction
) -> ShownCharge:
    charge_id = await charges.enter_charge(session, caller.scope, order_id, revision, entry, caller.name)
    order = await work_orders.find_order(session, caller.scope, order_id)
    response.headers["etag"] = etag(order.revision)
    return ShownCharge.of(await charges.read_charge(session, order_id, charge_id))
