"""The read copy of customers: taken over from receivables, and listed."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.customers import Customer, newest
from services.rating.store import customers
from shared.access.grants import Scope
from shared.database.pages import PageQuery


async def take_over(session: AsyncSession, changed: Sequence[Customer]) -> None:
    """Takes over customers as receivables announced them; the newest version of each wins."""
    await customers.take_over(session, newest(changed, lambda one: (one.ar_company, one.number)))


async def list_customers(
    session: AsyncSession, scope: Scope, search: str | None, query: PageQuery
) -> tuple[list[Customer], str | None, int]:
    return await customers.list_customers(session, scope, search, query)
