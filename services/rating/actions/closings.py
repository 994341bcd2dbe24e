"""Orders that are invoiced on demand, closed without an invoice, voided, or reopened."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions.exports import ExportRequest, claim_run
from services.rating.actions.ratings import rate_locked, remove_ratings_locked
from services.rating.actions.work_orders import find_order, lock_editable
from services.rating.errors import NotExportable, OnInvoice
from services.rating.rules.exports.runs import ExportRun
from services.rating.rules.work_orders import (
    WorkOrder,
    require_closed,
    require_never_exported,
    require_open,
    require_void,
)
from services.rating.store import closings
from services.rating.store.exports import claim
from shared.access.grants import Scope
from shared.values.versions import require_version


async def bill_on_demand(
    session: AsyncSession, scope: Scope, order_id: int, expected_revision: int, request: ExportRequest
) -> ExportRun:
    """Exports one order on its own invoice, without a roll-up. An open order is rated first.

    If Accounts Receivable refuses it, the order is rated again and on no invoice. Raises NotFound, LockedUseCredit,
    VersionStale, OnInvoice, NotReadyForRating, NotExportable, and every refusal of `rules.pricing`.
    """
    order = await lock_editable(session, scope, order_id, expected_revision)
    if order.status == "assigned":
        raise OnInvoice(f"Work order {order.number} is on draft invoice {order.invoice_id}. Take it off first.")
    if order.status == "open":
        total = await rate_locked(session, order, request.requested_by, request.requested_at)
        if total == 0:
            raise NotExportable(
                f"Work order {order.number} comes to 0.00. Rate it first; then invoice it on demand if you mean it."
            )
    for blocker in await claim.find_blockers(session, [order_id], request.invoice_date):
        if not blocker.waits:
            raise NotExportable(f"Work order {order.number} cannot be exported: {blocker.reason}.")
    return await claim_run(session, request, [order_id], "on_demand")


async def zero_bill(
    session: AsyncSession,
    scope: Scope,
    order_id: int,
    expected_revision: int,
    reason: str,
    done_by: str,
    done_at: datetime,
) -> None:
    """Closes an open order without an invoice; raises NotFound, LockedUseCredit, VersionStale or NotOpen."""
    order = await lock_editable(session, scope, order_id, expected_revision)
    require_open(order)
    await zero_bill_locked(session, [order_id], reason, done_by, done_at)


async def zero_bill_locked(
    session: AsyncSession, order_ids: Sequence[int], reason: str, done_by: str, done_at: datetime
) -> None:
    """Closes open orders that the caller has locked, with two statements."""
    await closings.set_status(session, order_ids, "closed")
    await closings.insert(session, order_ids, "zero_bill", reason, done_by, done_at)


async def reopen(
    session: AsyncSession,
    scope: Scope,
    order_id: int,
    expected_revision: int,
    reason: str,
    done_by: str,
    done_at: datetime,
) -> None:
    """Reopens a closed order with the next rating version; raises NotFound, NotClosed or VersionStale."""
    order = await find_order(session, scope, order_id, lock=True)
    require_closed(order)
    await _open_again(session, order, expected_revision, "reopen", reason, done_by, done_at)


async def void(
    session: AsyncSession,
    scope: Scope,
    order_id: int,
    expected_revision: int,
    reason: str,
    done_by: str,
    done_at: datetime,
) -> None:
    """Voids an order that was entered by mistake, with its rating; its number stays used.

    Raises NotFound, LockedUseCredit, VersionStale or AlreadyExported.
    """
    order = await lock_editable(session, scope, order_id, expected_revision)
    require_never_exported(order, exported=await closings.was_exported(session, order_id))
    if order.status != "open":
        await remove_ratings_locked(session, [order], done_by, done_at)
    await closings.set_status(session, [order_id], "void")
    await closings.insert(session, [order_id], "void", reason, done_by, done_at)


async def unvoid(
    session: AsyncSession,
    scope: Scope,
    order_id: int,
    expected_revision: int,
    reason: str,
    done_by: str,
    done_at: datetime,
) -> None:
    """Opens a void order again; raises NotFound, NotVoid or VersionStale."""
    order = await find_order(session, scope, order_id, lock=True)
    require_void(order)
    await _open_again(session, order, expected_revision, "unvoid", reason, done_by, done_at)


async def _open_again(
    session: AsyncSession,
    order: WorkOrder,
    expected_revision: int,
    action: Literal["reopen", "unvoid"],
    reason: str,
    done_by: str,
    done_at: datetime,
) -> None:
    require_version(order.revision, expected_revision, f"Work order {order.number}")
    await closings.set_status(session, [order.id], "open")
    await closings.insert(session, [order.id], action, reason, done_by, done_at)
