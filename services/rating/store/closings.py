"""Statements for orders that are closed without an invoice or reopened."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.work_orders import ClosingAction, ClosingStatus
from shared.database.statements import execute


async def set_status(session: AsyncSession, order_ids: Sequence[int], status: ClosingStatus) -> None:
    """Closes open orders, or reopens closed ones with the next rating version. The caller has locked them."""
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
    """Records who closed or reopened orders, and why."""
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
