"""Reading the names of codes."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.codes import ReceivablesCodes, by_kind
from services.receivables.store import ar_companies, codes
from shared.access.grants import Scope


async def read_codes(session: AsyncSession, scope: Scope) -> ReceivablesCodes:
    """The names of all codes within the scope, in two statements."""
    return by_kind(await ar_companies.list_companies(session, scope), await codes.list_codes(session, scope))
