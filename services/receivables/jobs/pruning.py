"""Deleting old prints with their files, and the copies of orders that were billed long ago."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions import invoice_prints, rated_orders
from shared import clock
from shared.service.pruning import Prune


async def _prints(session: AsyncSession, limit: int) -> int:
    return await invoice_prints.delete_old_prints(session, clock.now(), limit)


async def _rated_orders(session: AsyncSession, limit: int) -> int:
    return await rated_orders.delete_settled(session, clock.now(), limit)


PRUNES: Mapping[str, Prune] = {"invoice prints": _prints, "rated orders": _rated_orders}
