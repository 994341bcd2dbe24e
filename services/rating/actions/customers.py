"""The read copy of customers, which comes from receivables."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.customers import Customer, ListedCustomer, newest
from services.rating.store import customers
from services.rating.store.copies import take_over as take_over_copies
from shared.access.grants import Scope
from shared.database.pages import PageQuery


async def take_over(session: AsyncSession, changed: Sequence[Customer]) -> None:
    """Saves customers as receivables published them, the newest version of each."""
    copies = newest(changed, lambda customer: (customer.ar_company, customer.number))
    await take_over_copies(session, "customer", ("ar_company", "number"), copies)


async def list_customers(
    session: AsyncSession, scope: Scope, search: str | None, query: PageQuery
) -> tuple[list[ListedCustomer], str | None, int | None]:
    """One page of customers, the cursor of the next page, and how many match."""
    return await customers.list_customers(session, scope, search, query)
