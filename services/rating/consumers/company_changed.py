"""Reads AR companies and their closed months from receivables into the read copy."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions import accounts
from services.rating.rules.accounts import ArCompany
from shared.contracts.company_changed import CompanyChanged
from shared.events.consumer import Consumer


async def handle(session: AsyncSession, events: Sequence[CompanyChanged]) -> None:
    """Saves the newest version of each AR company."""
    changed = [
        ArCompany(event.ar_company, event.last_closed_month, event.max_open_months, event.version, event.name)
        for event in events
    ]
    await accounts.take_over_companies(session, changed)


consumer = Consumer("rating", CompanyChanged, handle)
