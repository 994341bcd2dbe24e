"""The rows of the copy of rated orders."""

from collections.abc import Sequence

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
