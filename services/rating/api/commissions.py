"""Commissions by server: listed and printed, one with its corrections, adjusted by hand."""

from collections import defaultdict
from pathlib import Path
from typing import Annotated, Any

from fastapi import Query, Response

from services.rating.actions import commissions
from services.rating.errors import CommissionPeriodClosed, CommissionTakenBack, NothingToAdjust
from services.rating.schemas.commissions import (
    AdjustmentBody,
    CommissionDetail,
    CommissionQuery,
    CommissionRead,
    CommissionTotals,
)
from shared.access import declared
from shared.access.grants import Level
from shared.clock import now
from shared.errors import NotFound, VersionMissing, VersionStale
from shared.files.pdf import render_pdf
from shared.http.etag import ExpectedVersion, etag
from shared.http.files import CSV_OR_PDF_RESPONSE, PDF_TYPE
from shared.http.operation import CallerOf, Router
from shared.http.pages import Page, PrintablePageQueryOf, answer
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("commissions")
VIEW = declared.feature("rating.commissions", Level.VIEW)
EDIT = declared.feature("rating.commissions", Level.EDIT)
_TEMPLATE = Path(__file__).parent.parent / "documents" / "commissions.typ"
ADJUSTING = [NotFound, VersionMissing, VersionStale, CommissionPeriodClosed, CommissionTakenBack, NothingToAdjust]


@router.get("", access=VIEW, response_model=Page[CommissionRead, CommissionTotals], responses=CSV_OR_PDF_RESPONSE)
async def list_commissions(
    wanted: Annotated[CommissionQuery, Query()], page: PrintablePageQueryOf, caller: CallerOf, session: Transaction
) -> Page[CommissionRead, CommissionTotals] | Response:
    """What lines earned servers, with what is owed and paid by server; CSV, XLSX and PDF hold the whole list."""
    bookings, cursor, by_server = await commissions.list_commissions(session, caller.scope, wanted.to_filter(), page)
    items = [CommissionRead.model_validate(one) for one in bookings]
    totals = CommissionTotals.of(by_server)
    if page.media_type != PDF_TYPE:
        return answer(page, "commissions", CommissionRead, items, cursor, totals)
    printed_at = now()
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in items:
        rows[item.server].append(item.model_dump(mode="json"))
    document = {
        "printed_at": f"{printed_at:%Y-%m-%d %H:%M} UTC",
        "printed_by": caller.name,
        "filter": {name: str(value) for name, value in wanted.model_dump(exclude_none=True).items()},
        "totals": totals.model_dump(mode="json"),
        "servers": [{**one.model_dump(mode="json"), "rows": rows[one.server]} for one in totals.by_server],
    }
    pdf = await render_pdf(_TEMPLATE, document, printed_at)
    return Response(pdf, media_type=PDF_TYPE, headers={"content-disposition": 'attachment; filename="commissions.pdf"'})


@router.get("/{commission_id}", access=VIEW, refuses=[NotFound])
async def read_commission(
    commission_id: Id, response: Response, caller: CallerOf, session: Transaction
) -> CommissionDetail:
    """One commission with its adjustments and reversals. The ETag is needed to adjust it."""
    return await _read(session, caller, commission_id, response)


@router.post("/{commission_id}/adjustments", access=EDIT, status_code=201, idempotent=True, refuses=ADJUSTING)
async def adjust_commission(
    commission_id: Id,
    wanted: AdjustmentBody,
    bookings: ExpectedVersion,
    response: Response,
    caller: CallerOf,
    session: Transaction,
) -> CommissionDetail:
    """Brings a commission to another amount, until its period is closed."""
    await commissions.adjust_commission(
        session, caller.scope, commission_id, bookings, wanted.amount, wanted.reason, caller.name, now()
    )
    return await _read(session, caller, commission_id, response)


async def _read(session: Transaction, caller: CallerOf, commission_id: int, response: Response) -> CommissionDetail:
    bookings = await commissions.read_commission(session, caller.scope, commission_id)
    response.headers["etag"] = etag(len(bookings))
    return CommissionDetail.of(bookings)
