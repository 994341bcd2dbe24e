"""Telling others what customers owe, beside the posting: nobody who posts waits for it."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.store import accounts

_MOVEMENTS_AT_ONCE = 20_000


async def announce_changes(session: AsyncSession) -> bool:
    """Counts what was posted since the last look, and announces each account that it changed.

    Returns whether there was anything. Whatever dies on the way, it is counted once: movements go, accounts grow and
    events come in one transaction.
    """
    changed = await accounts.count_movements(session, _MOVEMENTS_AT_ONCE)
    if changed:
        await accounts.announce(session, changed)
    return bool(changed)
