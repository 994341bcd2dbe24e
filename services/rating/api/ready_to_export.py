"""Rated Workorders Ready to Export: on screen, as CSV, XLSX and PDF."""

from typing import Annotated

from fastapi import Query, Response
from pydantic_core import to_jsonable_python

from services.rating.actions import ready_to_export
from services.rating.api.dependencies import Today, print_report
from services.rating.rules.ready_to_export import ReadyFilter, ReadyRow, ReadyTotals
from shared.access import declared
from shared.access.grants import Level
from shared.http.files import CSV_OR_PDF_RESPONSE, PDF_TYPE
from shared.http.operation import CallerOf, Router
from shared.http.pages import Page, PrintablePageQueryOf, answer
from shared.http.transaction import Transaction

router = Router("ready-to-export")
VIEW = declared.feature("rating.export", Level.VIEW)


@router.get("", access=VIEW, response_model=Page[ReadyRow, ReadyTotals], responses=CSV_OR_PDF_RESPONSE)
async def list_ready_to_export(
    wanted: Annotated[ReadyFilter, Query()],
    page: PrintablePageQueryOf,
    today: Today,
    caller: CallerOf,
    session: Transaction,
) -> Page[ReadyRow, ReadyTotals] | Response:
    """What is rated and not exported, with totals by branch and income account; files hold the whole list.

    `month` is where it would be exported to, today's if left out: a closed one is warned of.
    """
    rows, cursor, totals = await ready_to_export.list_ready(session, caller.scope, wanted, page, today)
    if page.media_type != PDF_TYPE:
        return answer(page, "ready-to-export", ReadyRow, rows, cursor, totals)
    content = to_jsonable_python({"orders": rows, "totals": totals})
    return await print_report("ready_to_export", caller, wanted, content)
