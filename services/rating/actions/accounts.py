"""The read copies of what customers owe and which months are open: taken over from receivables."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.accounts import Account, ArCompany
from services.rating.rules.customers import newest
from services.rating.store.copies import take_over


async def take_over_accounts(session: AsyncSession, changed: Sequence[Account]) -> None:
    """Takes over accounts as receivables announced them; the newest version of each wins."""
    copies = newest(changed, lambda one: (one.ar_company, one.customer))
    await take_over(session, "customer_account", ("ar_company", "customer"), copies)


async def take_over_companies(session: AsyncSession, changed: Sequence[ArCompany]) -> None:
    """Takes over AR companies as receivables announced them; the newest version of each wins."""
    await take_over(session, "ar_company", ("number",), newest(changed, lambda one: (one.number,)))
