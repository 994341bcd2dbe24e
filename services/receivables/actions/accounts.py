"""Publishes what customers owe and which months are open, apart from the work that changes them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.store import accounts
from shared.database.attempts import Attempts, isolate

_MOVEMENTS_AT_ONCE = 20_000


async def announce_changes(session: AsyncSession, attempts: Attempts) -> None:
    """Publishes each account that postings changed since the last time, and each company that changed.

    Movements are deleted, accounts updated and events written in one transaction, so each posting counts exactly once
    even if a process dies. An account that cannot be counted or published keeps its movements, and the others continue.
    """

    async def count(customer_ids: Sequence[int]) -> None:
        changed = await accounts.count_movements(session, customer_ids, _MOVEMENTS_AT_ONCE)
        if changed:
            await accounts.announce(session, changed)

    waiting = await accounts.customers_to_count(session, _MOVEMENTS_AT_ONCE, attempts.left_out)
    for customer_id, error in await isolate(session, waiting, count):
        attempts.note_failure(customer_id, f"the account of customer id {customer_id}", error)
    companies = await accounts.note_changed_companies(session)
    if companies:
        await accounts.announce_companies(session, companies)
