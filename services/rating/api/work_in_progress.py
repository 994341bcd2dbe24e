"""Work in Progress over HTTP: as JSON, CSV, XLSX and PDF."""

from typing import Annotated

from fastapi import Query, Response

from services.rating.actions import work_in_progress
from services.rating.api.dependencies import Today, print_report
from services.rating.rules.work_in_progress import WipFilter, WipGroup, WipOrder, WipSummary, WipSummaryFilter
from shared.access import declared
from shared.access.grants import Level
from shared.errors import DocumentFailed
from shared.http.callers import CallerOf
from shared.http.files import CSV_OR_PDF_RESPONSE, CSV_RESPONSE, PDF_TYPE, table_answer
from shared.http.moment import TimeZone
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf, PrintablePageQueryOf, answer
from shared.http.transaction import Transaction
from shared.values.fields import field_names, parts_of

router = Router("work-in-progress")
VIEW = declared.feature("rating.wip", Level.VIEW)


@router.get("", access=VIEW, response_model=WipSummary, responses=CSV_OR_PDF_RESPONSE, refuses=[DocumentFailed])
async def summarize_work_in_progress(
    filters: Annotated[WipSummaryFilter, Query()],
    page: PrintablePageQueryOf,
    today: Today,
    zone: TimeZone,
    caller: CallerOf,
    session: Transaction,
) -> WipSummary | Response:
    """Active orders that are not billed yet, by customer or by server, with their number, age and estimated value.

    Estimates are kept, and made again within seconds after an order or the rate table changes. CSV, XLSX and PDF contain
    all groups.
    """
    found = await work_in_progress.summary(session, caller.scope, filters, page, today)
    if page.media_type == PDF_TYPE:
        return await print_report("work_in_progress", caller, filters, parts_of(found, WipSummary), zone)
    if page.media_type is not None:
        return table_answer(page.media_type, "work-in-progress", field_names(WipGroup), found.groups)
    return found


@router.get("/work-orders", access=VIEW, response_model=Page[WipOrder, Count], responses=CSV_RESPONSE)
async def list_work_in_progress(
    filters: Annotated[WipFilter, Query()], page: PageQueryOf, today: Today, caller: CallerOf, session: Transaction
) -> Page[WipOrder, Count] | Response:
    """Active orders that are not billed yet, with age and value, oldest first."""
    rows, cursor, count = await work_in_progress.list_orders(session, caller.scope, filters, page, today)
    return answer(page, "work-in-progress-orders", WipOrder, rows, cursor, Count.of(count))
