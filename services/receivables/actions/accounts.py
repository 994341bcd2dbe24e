"""Telling others what customers owe and which months are open, beside the work that changes it: nobody waits for it."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.store import accounts

_MOVEMENTS_AT_ONCE = 20_000


async def announce_changes(session: AsyncSession) -> None:
    """Announces each account that was changed by what was posted since the last look, and each company that changed.

    Whatever dies on the way, a posting is counted once: movements go, accounts grow and events come in one transaction.
    """
    customer_ids = await accounts.count_movements(session, _MOVEMENTS_AT_ONCE)
    if customer_ids:
        await accounts.announce(session, customer_ids)
    companies = await accounts.note_changed_companies(session)
    if companies:
        await accounts.announce_companies(session, companies)
