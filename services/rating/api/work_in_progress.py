"""Work in Progress: on screen, as CSV, XLSX and PDF."""

from typing import Annotated

from fastapi import Query, Request, Response

from services.rating.actions import work_in_progress
from services.rating.api.reports import print_report, today
from services.rating.schemas.work_in_progress import (
    WipGroupRead,
    WipOrderRead,
    WipQuery,
    WipSummaryQuery,
    WipSummaryRead,
)
from shared.access import declared
from shared.access.grants import Level
from shared.http.files import CSV_OR_PDF_RESPONSE, CSV_RESPONSE, PDF_TYPE, table_answer
from shared.http.operation import CallerOf, Router
from shared.http.pages import Count, Page, PageQueryOf, PrintablePageQueryOf, answer
from shared.http.transaction import Transaction

router = Router("work-in-progress")
VIEW = declared.feature("rating.wip", Level.VIEW)


@router.get("", access=VIEW, response_model=WipSummaryRead, responses=CSV_OR_PDF_RESPONSE)
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


@router.get("/work-orders", access=VIEW, response_model=Page[WipOrderRead, Count], responses=CSV_RESPONSE)
async def list_work_in_progress(
    wanted: Annotated[WipQuery, Query()], page: PageQueryOf, request: Request, caller: CallerOf, session: Transaction
) -> Page[WipOrderRead, Count] | Response:
    """The orders behind the sums, the oldest first, with age and value."""
    rows, cursor, count = await work_in_progress.list_orders(
        session, caller.scope, wanted.to_filter(), page, today(request)
    )
    items = [WipOrderRead.of(row) for row in rows]
    return answer(page, "work-in-progress-orders", WipOrderRead, items, cursor, Count(count=count))
