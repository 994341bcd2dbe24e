"""Open Rollup Invoice over HTTP: as JSON, CSV, XLSX and PDF."""

from typing import Annotated

from fastapi import Query, Response

from services.rating.actions import open_rollup_invoices
from services.rating.api.dependencies import print_report
from services.rating.rules.open_rollup_invoices import OpenRollupFilter, OpenRollupRow, OpenRollupTotals
from shared.access import declared
from shared.access.grants import Level
from shared.errors import DocumentFailed
from shared.http.callers import CallerOf
from shared.http.files import CSV_OR_PDF_RESPONSE, PDF_TYPE
from shared.http.moment import TimeZone
from shared.http.operation import Router
from shared.http.pages import Page, PrintablePageQueryOf, answer
from shared.http.transaction import Transaction

router = Router("open-rollup-invoices")
VIEW = declared.feature("rating.rollup", Level.VIEW)


@router.get(
    "",
    access=VIEW,
    response_model=Page[OpenRollupRow, OpenRollupTotals],
    refuses=[DocumentFailed],
    responses=CSV_OR_PDF_RESPONSE,
)
async def list_open_rollup_invoices(
    filters: Annotated[OpenRollupFilter, Query()],
    page: PrintablePageQueryOf,
    zone: TimeZone,
    caller: CallerOf,
    session: Transaction,
) -> Page[OpenRollupRow, OpenRollupTotals] | Response:
    """Rollup orders that are not assigned, not sent, or sent, with totals by state and bill-to.

    CSV, XLSX and PDF contain all orders that match.
    """
    rows, cursor, totals = await open_rollup_invoices.list_rows(session, caller.scope, filters, page)
    if page.media_type != PDF_TYPE:
        return answer(page, "open-rollup-invoices", OpenRollupRow, rows, cursor, totals)
    return await print_report("open_rollup_invoices", caller, filters, {"orders": rows, "totals": totals}, zone)
