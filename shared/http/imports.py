"""Owns what every import of a file has in common: it loads all of it or nothing, or only says whether it could."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

Load = Callable[..., Awaitable[int]]
Check = Annotated[bool, Query(description="Only says whether the file could be loaded; nothing is.")]
_CHECK = inspect.Parameter("check", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Check)


class Imported(BaseModel):
    """How many rows were loaded; with `check=true` none, and `checked` says how many could be."""

    imported: int
    checked: int | None = None


@asynccontextmanager
async def taken_back(session: AsyncSession, *, check: bool) -> AsyncIterator[None]:
    """What the block does is taken back in the end when it is only a check; the database has its say all the same."""
    async with session.begin_nested() as point:
        yield
        if check:
            await point.rollback()


def checkable(load: Load) -> Callable[..., Awaitable[Any]]:
    """The endpoint of an import, made of `load`, which takes a `session` and returns how many rows it loaded.

    A check loads the file in the same way, so that the database has its say as well, and then takes all of it back.
    """

    async def importing(*, session: AsyncSession, check: bool, **given: Any) -> Imported | JSONResponse:
        if not check:
            return Imported(imported=await load(session=session, **given))
        async with taken_back(session, check=True):
            checked = await load(session=session, **given)
        return JSONResponse(Imported(imported=0, checked=checked).model_dump())

    signature = inspect.signature(load)
    parameters = [*signature.parameters.values(), _CHECK]
    # Where FastAPI, like everybody who asks inspect.signature, finds it.
    vars(importing)["__signature__"] = signature.replace(
        parameters=[one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in parameters], return_annotation=Imported
    )
    importing.__name__, importing.__doc__ = load.__name__, load.__doc__
    return importing
