"""Imports of files: the whole file is imported or nothing, and a check only says whether it could be."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

Load = Callable[..., Awaitable[int]]
Check = Annotated[bool, Query(description="Only checks the file; nothing is imported.")]
_CHECK = inspect.Parameter("check", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Check)


class Imported(BaseModel):
    """The number of rows imported. With `check=true` it is 0, and `checked` is the number of rows that could be."""

    imported: int
    checked: int | None = None


@asynccontextmanager
async def taken_back(session: AsyncSession, *, check: bool) -> AsyncIterator[None]:
    """Rolls back what the block did if it was only a check, after the database has applied its constraints."""
    async with session.begin_nested() as point:
        yield
        if check:
            await point.rollback()


def checkable(load: Load) -> Callable[..., Awaitable[Any]]:
    """Makes the endpoint of an import from `load`, which takes a `session` and returns the number of imported rows.

    A check imports the file in the same way, so that the constraints of the database apply, and then rolls it back.
    """

    async def importing(*, session: AsyncSession, check: bool, **given: Any) -> Imported | JSONResponse:
        if not check:
            return Imported(imported=await load(session=session, **given))
        async with taken_back(session, check=True):
            checked = await load(session=session, **given)
        return JSONResponse(Imported(imported=0, checked=checked).model_dump())

    signature = inspect.signature(load)
    parameters = [*signature.parameters.values(), _CHECK]
    # FastAPI finds the signature here through inspect.signature.
    vars(importing)["__signature__"] = signature.replace(
        parameters=[parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters],
        return_annotation=Imported,
    )
    importing.__name__, importing.__doc__ = load.__name__, load.__doc__
    return importing
