"""The ends of a work order over HTTP: on-demand invoice, zero-bill, reopening, voiding, and hand-overs."""

from services.rating.actions import closings, exports, work_orders
from services.rating.actions.exports import ExportRequest
from services.rating.api.dependencies import CHANGING, CompanyZone, Today
from services.rating.api.ratings import FAILING
from services.rating.errors import (
    AlreadyExported,
    ExportDateRefused,
    NotClosed,
    NotExportable,
    NotOpen,
    NotReadyForRating,
    NotVoid,
    OnInvoice,
)
from services.rating.rules.exports.claim import Selection
from services.rating.rules.exports.hand_overs import CreditedHandOver
from services.rating.rules.exports.runs import ExportRun
from services.rating.schemas.closings import Reason
from services.rating.schemas.exports import InvoiceDating
from services.rating.schemas.work_orders import WorkOrderRead
from shared.access import declared
from shared.access.grants import Level
from shared.clock import now
from shared.errors import NotFound, VersionMissing, VersionStale
from shared.http.callers import CallerOf
from shared.http.etag import ExpectedVersion, Tagged, tagged
from shared.http.headers import Located
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("work-orders")
VIEW = declared.feature("rating.work_orders", Level.VIEW)
EXPORT = declared.feature("rating.export", Level.EDIT)
CLOSE = declared.feature("rating.rating", Level.EDIT)
VOID = declared.feature("rating.work_orders", Level.EDIT)
REOPEN = declared.feature("rating.rating", Level.APPROVE)


@router.post(
    "/{work_order_id}/on-demand-invoice",
    access=EXPORT,
    status_code=202,
    idempotent=True,
    refuses=[*CHANGING, OnInvoice, NotExportable, ExportDateRefused, NotReadyForRating, *FAILING],
)
async def invoice_work_order_on_demand(
    work_order_id: Id,
    body: InvoiceDating,
    revision: ExpectedVersion,
    today: Today,
    response: Located,
    caller: CallerOf,
    session: Transaction,
) -> ExportRun:
    """Invoices one order immediately and without a roll-up. An open order is rated first.

    The answer is the export run; its address is in `Location`.
    """
    invoice_date, month = body.dated(today)
    request = ExportRequest(
        selection=Selection(work_order_ids=[work_order_id]),
        invoice_date=invoice_date,
        month=month,
        requested_by=caller.name,
        requested_at=now(),
    )
    run = await closings.bill_on_demand(session, caller.scope, work_order_id, revision, request)
    response.headers["location"] = f"/v1/exports/{run.id}"
    return run


@router.get("/{work_order_id}/hand-overs", access=VIEW, refuses=[NotFound])
async def list_hand_overs(
    work_order_id: Id, page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[CreditedHandOver, Count]:
    """All hand-overs of the order to Accounts Receivable with their answers and credits, newest first."""
    found, cursor, count = await exports.list_hand_overs(session, caller.scope, work_order_id, page)
    return Page(items=found, next_cursor=cursor, totals=Count.of(count))


@router.post("/{work_order_id}/zero-bill", access=CLOSE, refuses=[*CHANGING, NotOpen])
async def zero_bill_work_order(
    work_order_id: Id,
    body: Reason,
    revision: ExpectedVersion,
    response: Tagged,
    caller: CallerOf,
    session: Transaction,
    zone: CompanyZone,
) -> WorkOrderRead:
    """Closes an open order without an invoice. It is then no longer work in progress."""
    await closings.zero_bill(session, caller.scope, work_order_id, revision, body.reason, caller.name, now())
    return await _read(session, caller, work_order_id, response, zone)


@router.post("/{work_order_id}/reopen", access=REOPEN, refuses=[NotFound, VersionMissing, VersionStale, NotClosed])
async def reopen_work_order(
    work_order_id: Id,
    body: Reason,
    revision: ExpectedVersion,
    response: Tagged,
    caller: CallerOf,
    session: Transaction,
    zone: CompanyZone,
) -> WorkOrderRead:
    """Reopens a closed order. Its next rating gets the next version."""
    await closings.reopen(session, caller.scope, work_order_id, revision, body.reason, caller.name, now())
    return await _read(session, caller, work_order_id, response, zone)


@router.post("/{work_order_id}/void", access=VOID, refuses=[*CHANGING, AlreadyExported])
async def void_work_order(
    work_order_id: Id,
    body: Reason,
    revision: ExpectedVersion,
    response: Tagged,
    caller: CallerOf,
    session: Transaction,
    zone: CompanyZone,
) -> WorkOrderRead:
    """Voids an order that was entered by mistake, and removes its rating, while it was never exported.

    A void order is in no total, and in lists only with `status=void`. Its number stays used.
    """
    await closings.void(session, caller.scope, work_order_id, revision, body.reason, caller.name, now())
    return await _read(session, caller, work_order_id, response, zone)


@router.post("/{work_order_id}/unvoid", access=VOID, refuses=[NotFound, VersionMissing, VersionStale, NotVoid])
async def unvoid_work_order(
    work_order_id: Id,
    body: Reason,
    revision: ExpectedVersion,
    response: Tagged,
    caller: CallerOf,
    session: Transaction,
    zone: CompanyZone,
) -> WorkOrderRead:
    """Opens a void order again. Its next rating gets the next version."""
    await closings.unvoid(session, caller.scope, work_order_id, revision, body.reason, caller.name, now())
    return await _read(session, caller, work_order_id, response, zone)


async def _read(session: Transaction, caller: CallerOf, order_id: int, response: Tagged, zone: str) -> WorkOrderRead:
    return tagged(response, WorkOrderRead.of(*await work_orders.read_order(session, caller.scope, order_id, zone)))
