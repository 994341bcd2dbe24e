"""The single transaction of a request, committed at the edge."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from shared.access.grants import ANYONE
from shared.database.pool import Database


def acting_for(request: Request) -> str | None:
    """The account for which a request changes something, or None if it only reads."""
    if request.method in {"GET", "HEAD"}:
        return None
    caller = getattr(request.state, "caller", None)
    # For a log-in nobody acts yet. It also must not use a connection before it has checked the password on another.
    return None if caller is None or caller.principal is ANYONE else caller.name


async def transaction(request: Request) -> AsyncIterator[AsyncSession]:
    """The transaction of the request, committed before the answer leaves.

    It is kept in the request's state, where a route (shared.http.operation) finds it when it has to look at the
    finished answer before the commit. Such a route may also have opened it already.
    """
    opened: AsyncSession | None = getattr(request.state, "session", None)
    if opened is not None:
        yield opened
        return
    database: Database = request.app.state.database
    async with database.transaction(acting=acting_for(request)) as session:
        request.state.session = session
        yield session


# Without scope="function" the commit would follow the answer, and a failed commit would still answer 200.
Transaction = Annotated[AsyncSession, Depends(transaction, scope="function")]
