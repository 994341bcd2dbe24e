"""Rated Workorders Ready to Export over HTTP: as JSON, CSV, XLSX and PDF."""

from typing import Annotated

from fastapi import Query, Response

from services.rating.actions import ready_to_export
from services.rating.api.dependencies import Today, print_report
from services.rating.rules.ready_to_export import ReadyFilter, ReadyRow, ReadyTotals
from shared.access import declared
from shared.access.grants import Level
from shared.errors import DocumentFailed
from shared.http.callers import CallerOf
from shared.http.files import CSV_OR_PDF_RESPONSE, PDF_TYPE
from shared.http.moment import TimeZone
from shared.http.operation import Router
from shared.http.pages import Page, PrintablePageQueryOf, answer
from shared.http.transaction import Transaction

router = Router("ready-to-export")
VIEW = declared.feature("rating.export", Level.VIEW)


@router.get(
    "", access=VIEW, response_model=Page[ReadyRow, ReadyTotals], refuses=[DocumentFailed], responses=CSV_OR_PDF_RESPONSE
)
async def list_orders_ready_to_export(
    filters: Annotated[ReadyFilter, Query()],
    page: PrintablePageQueryOf,
    today: Today,
    zone: TimeZone,
    caller: CallerOf,
    session: Transaction,
) -> Page[ReadyRow, ReadyTotals] | Response:
    """Rated orders that are not exported yet, with warnings, and totals by branch and income account.

    `totals.exportable` is what an export of the same branch, bill-to and time of rating would include. CSV, XLSX and PDF
    contain all orders that match.
    """
    rows, cursor, totals = await ready_to_export.list_ready(session, caller.scope, filters, page, today)
    if page.media_type != PDF_TYPE:
        return answer(page, "ready-to-export", ReadyRow, rows, cursor, totals)
    return await print_report("ready_to_export", caller, filters, {"orders": rows, "totals": totals}, zone)
