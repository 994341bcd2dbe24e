"""An AR company changed in receivables, or closed a month: the read copy is brought up to date."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import accounts
from services.rating.rules.accounts import ArCompany
from shared.contracts.company_changed import CompanyChanged
from shared.events.consumer import Consumer


async def handle(session: AsyncSession, events: Sequence[CompanyChanged]) -> None:
    changed = [
        ArCompany(one.ar_company, one.version, one.name, one.last_closed_month, one.max_open_months) for one in events
    ]
    await accounts.take_over_companies(session, changed)


consumer = Consumer("rating", CompanyChanged, handle)
