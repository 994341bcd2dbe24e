"""Reading the names of codes."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.codes import RatingCodes, gather
from services.rating.store import codes
from shared.access.grants import Scope


async def read_codes(session: AsyncSession, scope: Scope) -> RatingCodes:
    """The names of all codes; of the branches, those within the scope."""
    return gather(await codes.names_of(session, scope))
