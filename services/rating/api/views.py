"""Open Rollup Invoice and Work in Progress: on screen, as CSV, XLSX and PDF."""

from typing import Annotated

from fastapi import Query, Request, Response

from services.rating.actions import open_rollup, work_in_progress
from services.rating.api.reports import print_report, today
from services.rating.schemas.views import (
    OpenRollupItem,
    OpenRollupQuery,
    OpenRollupTotalsRead,
    WipGroupRead,
    WipOrderRead,
    WipQuery,
    WipSummaryQuery,
    WipSummaryRead,
)
from shared import access
from shared.access import Level
from shared.database import Transaction
from shared.listing import Count, Page, PageQueryOf, PrintablePageQueryOf, answer
from shared.operation import CallerOf, Router
from shared.tables import CSV_OR_PDF_RESPONSE, CSV_RESPONSE, PDF_TYPE, table_answer

rollups = Router("open-rollup-invoices")
wip = Router("work-in-progress")
VIEW_ROLLUPS = access.feature("rating.rollup", Level.VIEW)
VIEW_WIP = access.feature("rating.wip", Level.VIEW)


@rollups.get(
    "",
    access=VIEW_ROLLUPS,
    response_model=Page[OpenRollupItem, OpenRollupTotalsRead],
    responses=CSV_OR_PDF_RESPONSE,
)
async def list_open_rollup_invoices(
    wanted: Annotated[OpenRollupQuery, Query()], page: PrintablePageQueryOf, caller: CallerOf, session: Transaction
) -> Page[OpenRollupItem, OpenRollupTotalsRead] | Response:
    """Orders that are rated but not assigned, assigned but not sent, rolled up and sent; totals by state and bill-to."""
    rows, cursor, totals = await open_rollup.list_rows(session, caller.scope, wanted.to_filter(), page)
    items = [OpenRollupItem.model_validate(row) for row in rows]
    told = OpenRollupTotalsRead.model_validate(totals)
    if page.media_type != PDF_TYPE:
        return answer(page, "open-rollup-invoices", OpenRollupItem, items, cursor, told)
    orders = [item.model_dump(mode="json") for item in items]
    content = {"orders": orders, "totals": told.model_dump(mode="json")}
    return await print_report("open_rollup_invoices", caller, wanted, content)


@wip.get("", access=VIEW_WIP, response_model=WipSummaryRead, responses=CSV_OR_PDF_RESPONSE)
async def summarize_work_in_progress(
    wanted: Annotated[WipSummaryQuery, Query()],
    page: PrintablePageQueryOf,
    request: Request,
    caller: CallerOf,
    session: Transaction,
) -> WipSummaryRead | Response:
    """Active orders that are not billed, by customer or by server: how many, how old, what they will come to."""
    as_of = today(request)
    groups, total = await work_in_progress.summary(session, caller.scope, wanted.to_filter(), wanted.by, as_of)
    told = WipSummaryRead(
        as_of=as_of,
        by=wanted.by,
        groups=[WipGroupRead.model_validate(one) for one in groups],
        totals=WipGroupRead.model_validate(total),
    )
    if page.media_type == PDF_TYPE:
        return await print_report("work_in_progress", caller, wanted, told.model_dump(mode="json"))
    if page.media_type is not None:
        return table_answer(page.media_type, "work-in-progress", [*WipGroupRead.model_fields], told.groups)
    return told


@wip.get("/work-orders", access=VIEW_WIP, response_model=Page[WipOrderRead, Count], responses=CSV_RESPONSE)
async def list_work_in_progress(
    wanted: Annotated[WipQuery, Query()], page: PageQueryOf, request: Request, caller: CallerOf, session: Transaction
) -> Page[WipOrderRead, Count] | Response:
    """The orders behind the sums, the oldest first, with age and value."""
    rows, cursor, count = await work_in_progress.list_orders(
        session, caller.scope, wanted.to_filter(), page, today(request)
    )
    items = [WipOrderRead.of(row) for row in rows]
    return answer(page, "work-in-progress-orders", WipOrderRead, items, cursor, Count(count=count))
