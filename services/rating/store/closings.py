"""Statements for orders that are closed without an invoice or reopened."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.work_orders import ClosingAction, ClosingStatus
from shared.database.statements import execute


async def set_status(session: AsyncSession, order_id: int, status: ClosingStatus) -> None:
    """Closes an open order, or reopens a closed one with the next rating version. The caller has locked it."""
    await execute(
        session,
        """
        UPDATE work_order
        SET status = CAST(:status AS text), revision = revision + 1, changed_at = now(),
            rating_version = rating_version + CASE CAST(:status AS text) WHEN 'open' THEN 1 ELSE 0 END
        WHERE id = :order_id
        """,
        status=status,
        order_id=order_id,
    )


async def insert(
    session: AsyncSession, order_id: int, action: ClosingAction, reason: str, done_by: str, done_at: datetime
) -> None:
    """Records who closed or reopened an order, and why."""
    await execute(
        session,
        """
        INSERT INTO order_step (work_order_id, action, reason, done_by, done_at)
        VALUES (:order_id, :action, :reason, :done_by, :done_at)
        """,
        order_id=order_id,
        action=action,
        reason=reason,
        done_by=done_by,
        done_at=done_at,
    )
