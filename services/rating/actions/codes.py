"""The names of all codes."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.codes import RatingCodes, gather
from services.rating.store import codes
from shared.access.grants import Grant, scope_of_any
from shared.errors import Forbidden


async def list_names(session: AsyncSession, grants: tuple[Grant, ...]) -> RatingCodes:
    """The codes with their names for a caller with these grants, who sees the branches of any of them.

    Raises Forbidden without any.
    """
    scope = scope_of_any(grants)
    if scope is None:
        raise Forbidden("None of your groups grants anything here. Ask an administrator.")
    return gather(await codes.names_of(session, scope))
