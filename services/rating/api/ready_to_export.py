"""Rated Workorders Ready to Export: on screen, as CSV, XLSX and PDF."""

from typing import Annotated

from fastapi import Query, Request, Response

from services.rating.actions import ready_to_export
from services.rating.api.reports import print_report, today
from services.rating.schemas.ready_to_export import ReadyItem, ReadyQuery, ReadyTotalsRead
from shared.access import declared
from shared.access.grants import Level
from shared.clock import month_of
from shared.http.files import CSV_OR_PDF_RESPONSE, PDF_TYPE
from shared.http.operation import CallerOf, Router
from shared.http.pages import Page, PrintablePageQueryOf, answer
from shared.http.transaction import Transaction

router = Router("ready-to-export")
VIEW = declared.feature("rating.export", Level.VIEW)


@router.get("", access=VIEW, response_model=Page[ReadyItem, ReadyTotalsRead], responses=CSV_OR_PDF_RESPONSE)
async def list_ready_to_export(
    wanted: Annotated[ReadyQuery, Query()],
    page: PrintablePageQueryOf,
    request: Request,
    caller: CallerOf,
    session: Transaction,
) -> Page[ReadyItem, ReadyTotalsRead] | Response:
    """What is rated and not exported, with totals by branch and income account; files hold the whole list.

    `month` is where it would be exported to, today's if left out: a closed one is warned of.
    """
    rows, cursor, totals, limits_passed = await ready_to_export.list_ready(
        session, caller.scope, wanted.to_filter(), page
    )
    day = today(request)
    items = [ReadyItem.of(row, day, wanted.month or month_of(day), limits_passed) for row in rows]
    told = ReadyTotalsRead.of(totals)
    if page.media_type != PDF_TYPE:
        return answer(page, "ready-to-export", ReadyItem, items, cursor, told)
    orders = [item.model_dump(mode="json") for item in items]
    content = {"orders": orders, "totals": told.model_dump(mode="json")}
    return await print_report("ready_to_export", caller, wanted, content)
