"""Owns the one transaction of a request, committed at the edge."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.pool import Database


async def transaction(request: Request) -> AsyncIterator[AsyncSession]:
    """The request's transaction, committed before the answer leaves.

    A route that looks at the finished answer before the commit (shared.http.operation) finds it in the request's state, or
    has opened it already.
    """
    opened: AsyncSession | None = getattr(request.state, "session", None)
    if opened is not None:
        yield opened
        return
    database: Database = request.app.state.database
    async with database.transaction() as session:
        request.state.session = session
        yield session


# Without scope="function" the commit would come after the answer, and a failed commit still answer 200.
Transaction = Annotated[AsyncSession, Depends(transaction, scope="function")]
