"""Open Rollup Invoice: on screen, as CSV, XLSX and PDF."""

from typing import Annotated

from fastapi import Query, Response

from services.rating.actions import open_rollup_invoices
from services.rating.api.reports import print_report
from services.rating.schemas.open_rollup_invoices import OpenRollupItem, OpenRollupQuery, OpenRollupTotalsRead
from shared.access import declared
from shared.access.grants import Level
from shared.http.files import CSV_OR_PDF_RESPONSE, PDF_TYPE
from shared.http.operation import CallerOf, Router
from shared.http.pages import Page, PrintablePageQueryOf, answer
from shared.http.transaction import Transaction

router = Router("open-rollup-invoices")
VIEW = declared.feature("rating.rollup", Level.VIEW)


@router.get(
    "",
    access=VIEW,
    response_model=Page[OpenRollupItem, OpenRollupTotalsRead],
    responses=CSV_OR_PDF_RESPONSE,
)
async def list_open_rollup_invoices(
    wanted: Annotated[OpenRollupQuery, Query()], page: PrintablePageQueryOf, caller: CallerOf, session: Transaction
) -> Page[OpenRollupItem, OpenRollupTotalsRead] | Response:
    """Orders that are rated but not assigned, assigned but not sent, rolled up and sent; totals by state and bill-to."""
    rows, cursor, totals = await open_rollup_invoices.list_rows(session, caller.scope, wanted.to_filter(), page)
    items = [OpenRollupItem.model_validate(row) for row in rows]
    told = OpenRollupTotalsRead.model_validate(totals)
    if page.media_type != PDF_TYPE:
        return answer(page, "open-rollup-invoices", OpenRollupItem, items, cursor, told)
    orders = [item.model_dump(mode="json") for item in items]
    content = {"orders": orders, "totals": told.model_dump(mode="json")}
    return await print_report("open_rollup_invoices", caller, wanted, content)
