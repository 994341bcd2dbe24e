"""Commissions of servers over HTTP."""

from collections import defaultdict
from typing import Annotated, Any

from fastapi import Query, Response

from services.rating.actions import commissions
from services.rating.api.dependencies import print_report
from services.rating.errors import CommissionPeriodClosed, CommissionTakenBack, NothingToAdjust
from services.rating.rules.commissions import Booking, Commission, CommissionFilter, CommissionTotals
from services.rating.schemas.commissions import AdjustmentBody
from shared.access import declared
from shared.access.grants import Level
from shared.clock import now
from shared.errors import DocumentFailed, NotFound, VersionMissing, VersionStale
from shared.http.callers import CallerOf
from shared.http.etag import ExpectedVersion, Tagged, etag
from shared.http.files import CSV_OR_PDF_RESPONSE, PDF_TYPE
from shared.http.moment import TimeZone
from shared.http.operation import Router
from shared.http.pages import Page, PrintablePageQueryOf, answer
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("commissions")
VIEW = declared.feature("rating.commissions", Level.VIEW)
EDIT = declared.feature("rating.commissions", Level.EDIT)
ADJUSTING = [NotFound, VersionMissing, VersionStale, CommissionPeriodClosed, CommissionTakenBack, NothingToAdjust]


@router.get(
    "",
    access=VIEW,
    response_model=Page[Booking, CommissionTotals],
    refuses=[DocumentFailed],
    responses=CSV_OR_PDF_RESPONSE,
)
async def list_commissions(
    filters: Annotated[CommissionFilter, Query()],
    page: PrintablePageQueryOf,
    zone: TimeZone,
    caller: CallerOf,
    session: Transaction,
) -> Page[Booking, CommissionTotals] | Response:
    """Commission bookings, with totals by server. CSV, XLSX and PDF contain all bookings that match."""
    bookings, cursor, totals = await commissions.list_commissions(session, caller.scope, filters, page)
    if page.media_type != PDF_TYPE or totals is None:
        return answer(page, "commissions", Booking, bookings, cursor, totals)
    rows: dict[str, list[Any]] = defaultdict(list)
    for booking in bookings:
        rows[booking.server].append(booking)
    servers = [{**vars(server), "rows": rows[server.server]} for server in totals.by_server]
    return await print_report("commissions", caller, filters, {"totals": totals, "servers": servers}, zone)


@router.get("/{commission_id}", access=VIEW, refuses=[NotFound])
async def read_commission(commission_id: Id, response: Tagged, caller: CallerOf, session: Transaction) -> Commission:
    """One commission with its adjustments and reversals. You need the ETag to adjust it."""
    return await _read(session, caller, commission_id, response)


@router.post("/{commission_id}/adjustments", access=EDIT, status_code=201, idempotent=True, refuses=ADJUSTING)
async def adjust_commission(
    commission_id: Id,
    body: AdjustmentBody,
    bookings: ExpectedVersion,
    response: Tagged,
    caller: CallerOf,
    session: Transaction,
) -> Commission:
    """Changes the amount of a commission. This is possible until its period is closed."""
    await commissions.adjust_commission(
        session, caller.scope, commission_id, bookings, body.amount, body.reason, caller.name, now()
    )
    return await _read(session, caller, commission_id, response)


async def _read(session: Transaction, caller: CallerOf, commission_id: int, response: Tagged) -> Commission:
    found = await commissions.read_commission(session, caller.scope, commission_id)
    response.headers["etag"] = etag(len(found.bookings))
    return found
