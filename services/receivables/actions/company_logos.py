"""The use cases of the logos of companies."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.invoice_prints import require_drawable
from services.receivables.errors import LogoRefused
from services.receivables.rules.company_logos import fault_in_logo
from services.receivables.store import ar_companies, company_logos
from shared.access.grants import Scope
from shared.errors import NotFound


async def read_logo(session: AsyncSession, scope: Scope, ar_company: int) -> bytes:
    """The PNG at the top of a company's documents; raises NotFound."""
    logo = await company_logos.find_logo(session, ar_company) if scope.covers(ar_company=ar_company) else None
    if logo is None:
        raise NotFound(f"AR company {ar_company} has no logo.")
    return logo


async def save_logo(session: AsyncSession, scope: Scope, ar_company: int, logo: bytes, now: datetime) -> None:
    """Saves a company's logo; raises NotFound or LogoRefused."""
    await _require_company(session, scope, ar_company)
    fault = fault_in_logo(logo)
    if fault is not None:
        raise LogoRefused(fault)
    await require_drawable(logo, now)
    await company_logos.save_logo(session, ar_company, logo)


async def remove_logo(session: AsyncSession, scope: Scope, ar_company: int) -> None:
    """Removes a company's logo; raises NotFound."""
    await _require_company(session, scope, ar_company)
    await company_logos.remove_logo(session, ar_company)


async def _require_company(session: AsyncSession, scope: Scope, ar_company: int) -> None:
    if not scope.covers(ar_company=ar_company) or await ar_companies.find_company(session, ar_company) is None:
        raise NotFound(f"There is no AR company {ar_company}.")
