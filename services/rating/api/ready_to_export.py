"""Rated Workorders Ready to Export: on screen, as CSV and as PDF."""

from pathlib import Path
from typing import Annotated

from fastapi import Query, Response

from services.rating.actions import ready
from services.rating.schemas.exports import ReadyItem, ReadyQuery, ReadyTotalsRead
from shared import access
from shared.access import Level
from shared.clock import now
from shared.database import Transaction
from shared.documents import render_pdf
from shared.listing import Page, PrintablePageQueryOf, answer
from shared.operation import CallerOf, Router
from shared.tables import CSV_OR_PDF_RESPONSE, PDF_TYPE

router = Router("ready-to-export")
VIEW = access.feature("rating.export", Level.VIEW)
_TEMPLATE = Path(__file__).parent.parent / "documents" / "ready_to_export.typ"


@router.get("", access=VIEW, response_model=Page[ReadyItem, ReadyTotalsRead], responses=CSV_OR_PDF_RESPONSE)
async def list_ready_to_export(
    wanted: Annotated[ReadyQuery, Query()], page: PrintablePageQueryOf, caller: CallerOf, session: Transaction
) -> Page[ReadyItem, ReadyTotalsRead] | Response:
    """What is rated and not exported, with totals by branch and income account; CSV and PDF hold the whole list."""
    rows, cursor, totals = await ready.list_ready(session, caller.scope, wanted.to_filter(), page)
    items = [ReadyItem.of(row) for row in rows]
    told = ReadyTotalsRead.of(totals)
    if page.media_type != PDF_TYPE:
        return answer(page, "ready-to-export", ReadyItem, items, cursor, told)
    printed_at = now()
    document = {
        "printed_at": f"{printed_at:%Y-%m-%d %H:%M} UTC",
        "printed_by": caller.name,
        "filter": {name: str(value) for name, value in wanted.model_dump(exclude_none=True).items()},
        "orders": [item.model_dump(mode="json") for item in items],
        "totals": told.model_dump(mode="json"),
    }
    pdf = await render_pdf(_TEMPLATE, document, printed_at)
    return Response(
        pdf, media_type=PDF_TYPE, headers={"content-disposition": 'attachment; filename="ready-to-export.pdf"'}
    )
