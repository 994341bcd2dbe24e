"""The read copy of customers: taken over from receivables, and listed."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.customers import Customer, ListedCustomer, newest
from services.rating.store import customers
from services.rating.store.copies import take_over as take_over_copies
from shared.access.grants import Scope
from shared.database.pages import PageQuery


async def take_over(session: AsyncSession, changed: Sequence[Customer]) -> None:
    """Takes over customers as receivables announced them; the newest version of each wins."""
    copies = newest(changed, lambda one: (one.ar_company, one.number))
    await take_over_copies(session, "customer", ("ar_company", "number"), copies)


async def list_customers(
    session: AsyncSession, scope: Scope, search: str | None, query: PageQuery
) -> tuple[list[ListedCustomer], str | None, int]:
    return await customers.list_customers(session, scope, search, query)
