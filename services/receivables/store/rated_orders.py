"""The rows of the copy of rated orders."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.rated_orders import RatedOrder
from shared.database.statements import columns, execute

_TYPES = {
    "work_order_id": "bigint",
    "number": "text",
    "revision": "int",
    "rating_version": "int",
    "state": "text",
    "ar_company": "int",
    "branch": "text",
    "customer": "text",
    "bill_to": "text",
    "total": "numeric",
    "rated_at": "timestamptz",
}


async def upsert(session: AsyncSession, orders: Sequence[RatedOrder]) -> None:
    """Saves orders in one statement. A newer revision that is already saved stays."""
    names = ", ".join(_TYPES)
    arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _TYPES.items())
    changes = ", ".join(f"{name} = excluded.{name}" for name in _TYPES if name != "work_order_id")
    await execute(
        session,
        f"""
        INSERT INTO rated_order ({names}) SELECT {names} FROM unnest({arrays}) AS new ({names})
        ON CONFLICT (work_order_id) DO UPDATE SET {changes} WHERE rated_order.revision < excluded.revision
        """,
        **columns(orders, *_TYPES),
    )


async def delete_settled(session: AsyncSession, before: datetime, limit: int) -> int:
    """Deletes at most `limit` orders that were rated before this moment and have nothing left to bill; returns how many.

    Their rating was removed, or is booked with the same amount. One that was booked with another amount stays, so that
    the reconciliation names it.
    """
    # The age is checked again when a row is deleted: meanwhile the order may have been rated again.
    return await execute(
        session,
        """
        DELETE FROM rated_order WHERE rated_at < :before AND work_order_id IN (
            SELECT r.work_order_id FROM rated_order r
            WHERE r.rated_at < :before AND (r.state = 'removed' OR r.total = (
                SELECT sum(l.amount - l.tax) FROM ar_line l JOIN ar_transaction t ON t.id = l.transaction_id
                WHERE l.work_order_id = r.work_order_id AND l.work_order_version = r.rating_version
                  AND t.type = 'invoice'))
            ORDER BY r.rated_at LIMIT :limit)
        """,
        before=before,
        limit=limit,
    )
