"""The read copies of what customers owe and which months are open, which come from receivables."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.accounts import Account, ArCompany
from services.rating.rules.customers import newest
from services.rating.store.copies import take_over


async def take_over_accounts(session: AsyncSession, changed: Sequence[Account]) -> None:
    """Saves accounts as receivables published them, the newest version of each."""
    copies = newest(changed, lambda account: (account.ar_company, account.customer))
    await take_over(session, "customer_account", ("ar_company", "customer"), copies)


async def take_over_companies(session: AsyncSession, changed: Sequence[ArCompany]) -> None:
    """Saves AR companies as receivables published them, the newest version of each."""
    await take_over(session, "ar_company", ("number",), newest(changed, lambda company: (company.number,)))
