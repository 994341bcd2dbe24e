"""Reads what customers owe from receivables into the read copy."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import accounts
from services.rating.rules.accounts import Account
from shared.contracts.account_changed import AccountChanged
from shared.events.consumer import Consumer


async def handle(session: AsyncSession, events: Sequence[AccountChanged]) -> None:
    """Saves the newest version of each account."""
    changed = [Account(event.ar_company, event.customer, event.version, event.open_amount) for event in events]
    await accounts.take_over_accounts(session, changed)


consumer = Consumer("rating", AccountChanged, handle, batch=500)
