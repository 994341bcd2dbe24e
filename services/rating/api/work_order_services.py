"""The services of all orders over HTTP, as a list and as a file. Those of one order are changed with the order."""

from typing import Annotated

from fastapi import Query, Response

from services.rating.actions import work_order_services
from services.rating.api.dependencies import CompanyZone
from services.rating.records.work_order_services import ServiceRow
from services.rating.rules.work_order_services import ListedService, service_key
from shared.access import declared
from shared.access.grants import Level
from shared.files.changes import Outcome
from shared.files.csv import read_csv
from shared.http.callers import CallerOf
from shared.http.files import CSV_RESPONSE, CsvBody, table_answer
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.values.fields import field_names
from shared.values.text import Line, NumberText

router = Router("work-order-services")
VIEW = declared.feature("rating.work_orders", Level.VIEW)
EDIT = declared.feature("rating.work_orders", Level.EDIT)
Party = Annotated[Line | None, Query(description="Text in the name of the person or company.")]


@router.get("", access=VIEW, response_model=Page[ListedService, Count], responses=CSV_RESPONSE)
async def list_work_order_services(
    page: PageQueryOf,
    caller: CallerOf,
    session: Transaction,
    zone: CompanyZone,
    work_order: NumberText | None = None,
    party: Party = None,
) -> Page[ListedService, Count] | Response:
    """Services of all orders, with their attempts. CSV and XLSX use the import format."""
    rows, cursor, count = await work_order_services.list_services(session, caller.scope, work_order, party, page, zone)
    if page.media_type is not None:
        return table_answer(page.media_type, "work-order-services", field_names(ServiceRow), rows)
    return Page(items=rows, next_cursor=cursor, totals=Count.of(count))


@router.imports("/import", access=EDIT)
async def import_work_order_services(
    file: CsvBody, caller: CallerOf, session: Transaction, zone: CompanyZone
) -> Outcome:
    """Replaces the services of the orders in the file. If any row has an error, nothing is imported.

    The served ZIP, servees, attempts, field status and day of completion of these orders come from their services.
    """
    table = await read_csv(file, ServiceRow, key=service_key)
    return await work_order_services.import_services(session, caller.scope, table, zone)
