"""Statements for orders that are closed without an invoice, voided or reopened."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.work_orders import ClosingAction, ClosingStatus
from shared.database.statements import execute, fetch_value


async def set_status(session: AsyncSession, order_ids: Sequence[int], status: ClosingStatus) -> None:
    """Closes or voids open orders, or opens them again with the next rating version. The caller has locked them."""
    await execute(
        session,
        """
        UPDATE work_order
        SET status = CAST(:status AS text), revision = revision + 1, changed_at = now(),
            rating_version = rating_version + CASE CAST(:status AS text) WHEN 'open' THEN 1 ELSE 0 END
        WHERE id = ANY(CAST(:order_ids AS bigint[]))
        """,
        status=status,
        order_ids=list(order_ids),
    )


async def insert(
    session: AsyncSession, order_ids: Sequence[int], action: ClosingAction, reason: str, done_by: str, done_at: datetime
) -> None:
    """Records who closed, reopened or voided orders, and why."""
    await execute(
        session,
        """
        INSERT INTO order_step (work_order_id, action, reason, done_by, done_at)
        SELECT id, :action, :reason, :done_by, :done_at FROM unnest(CAST(:order_ids AS bigint[])) AS id
        """,
        order_ids=list(order_ids),
        action=action,
        reason=reason,
        done_by=done_by,
        done_at=done_at,
    )


async def was_exported(session: AsyncSession, order_id: int) -> bool:
    """Whether the order was ever booked in Accounts Receivable."""
    found: bool = await fetch_value(
        session,
        """
        SELECT EXISTS (
            SELECT FROM export_order o
            JOIN export_invoice e ON e.invoice_id = o.invoice_id AND e.attempt = o.invoice_attempt
            WHERE o.work_order_id = :order_id AND e.outcome = 'exported')
        """,
        order_id=order_id,
    )
    return found
