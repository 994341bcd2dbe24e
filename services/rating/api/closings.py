"""The ends of an order: on-demand invoice, zero-bill, reopen, and what became of it in Accounts Receivable."""

from fastapi import Response

from services.rating.actions import closings, exports, work_orders
from services.rating.actions.exports import ExportRequest
from services.rating.api.dependencies import CHANGING, Today
from services.rating.api.ratings import FAILING
from services.rating.errors import NotClosed, NotExportable, NotOpen, NotReadyForRating, OnInvoice
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
from shared.http.etag import ExpectedVersion, tagged
from shared.http.operation import CallerOf, Router
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("work-orders")
VIEW = declared.feature("rating.work_orders", Level.VIEW)
EXPORT = declared.feature("rating.export", Level.EDIT)
CLOSE = declared.feature("rating.rating", Level.EDIT)
REOPEN = declared.feature("rating.rating", Level.APPROVE)


@router.post(
    "/{work_order_id}/on-demand-invoice",
    access=EXPORT,
    status_code=202,
    idempotent=True,
    refuses=[*CHANGING, OnInvoice, NotExportable, NotReadyForRating, *FAILING],
)
async def bill_on_demand(
    work_order_id: Id,
    wanted: InvoiceDating,
    revision: ExpectedVersion,
    today: Today,
    response: Response,
    caller: CallerOf,
    session: Transaction,
) -> ExportRun:
    """Invoices one order alone and at once, past every roll-up; an open one is rated first. Watch the run."""
    invoice_date, month = wanted.dated(today)
    asked = ExportRequest(
        selection=Selection(work_order_ids=[work_order_id]),
        invoice_date=invoice_date,
        month=month,
        requested_by=caller.name,
        requested_at=now(),
    )
    run = await closings.bill_on_demand(session, caller.scope, work_order_id, revision, asked)
    response.headers["location"] = f"/v1/exports/{run.id}"
    return run


@router.get("/{work_order_id}/hand-overs", access=VIEW, refuses=[NotFound])
async def list_hand_overs(work_order_id: Id, caller: CallerOf, session: Transaction) -> list[CreditedHandOver]:
    """Every hand-over of the order to Accounts Receivable, the newest first, with its answer and its credits."""
    return await exports.list_hand_overs(session, caller.scope, work_order_id)


@router.post("/{work_order_id}/zero-bill", access=CLOSE, refuses=[*CHANGING, NotOpen])
async def zero_bill(
    work_order_id: Id,
    wanted: Reason,
    revision: ExpectedVersion,
    response: Response,
    caller: CallerOf,
    session: Transaction,
) -> WorkOrderRead:
    """Closes an open order without an invoice; it is no work in progress any more."""
    await closings.zero_bill(session, caller.scope, work_order_id, revision, wanted.reason, caller.name, now())
    return await _read(session, caller, work_order_id, response)


@router.post("/{work_order_id}/reopen", access=REOPEN, refuses=[NotFound, VersionMissing, VersionStale, NotClosed])
async def reopen(
    work_order_id: Id,
    wanted: Reason,
    revision: ExpectedVersion,
    response: Response,
    caller: CallerOf,
    session: Transaction,
) -> WorkOrderRead:
    """Takes a closed order up again; its next rating gets the next version."""
    await closings.reopen(session, caller.scope, work_order_id, revision, wanted.reason, caller.name, now())
    return await _read(session, caller, work_order_id, response)


async def _read(session: Transaction, caller: CallerOf, order_id: int, response: Response) -> WorkOrderRead:
    return tagged(response, WorkOrderRead.of(*await work_orders.read_order(session, caller.scope, order_id)))
