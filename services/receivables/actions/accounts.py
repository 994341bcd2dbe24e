"""Publishes what customers owe and which months are open, apart from the work that changes them."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.store import accounts

_MOVEMENTS_AT_ONCE = 20_000


async def announce_changes(session: AsyncSession) -> None:
    """Publishes each account that postings changed since the last time, and each company that changed.

    Movements are deleted, accounts updated and events written in one transaction, so each posting counts exactly once
    even if a process dies.
    """
    customer_ids = await accounts.count_movements(session, _MOVEMENTS_AT_ONCE)
    if customer_ids:
        await accounts.announce(session, customer_ids)
    companies = await accounts.note_changed_companies(session)
    if companies:
        await accounts.announce_companies(session, companies)
