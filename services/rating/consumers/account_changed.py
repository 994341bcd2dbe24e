"""What a customer owes changed in receivables: the read copy is brought up to date."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import accounts
from services.rating.rules.accounts import Account
from shared.contracts.account_changed import AccountChanged
from shared.events.consumer import Consumer


async def handle(session: AsyncSession, events: Sequence[AccountChanged]) -> None:
    changed = [Account(one.ar_company, one.customer, one.version, one.open_amount) for one in events]
    await accounts.take_over_accounts(session, changed)


consumer = Consumer("rating", AccountChanged, handle, batch=500)
