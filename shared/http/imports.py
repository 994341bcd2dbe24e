"""Imports of files: the whole file is imported or nothing, and a check only says whether it could be."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from shared.files.changes import MOST_SHOWN, FileWarning, Outcome, RecordChange

Load = Callable[..., Awaitable[Outcome]]
Check = Annotated[bool, Query(description="Only checks the file and shows what it would change; nothing is imported.")]
_CHECK = inspect.Parameter("check", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Check)


class Imported(BaseModel):
    """What an import did. `imported` is how many records it created or changed; `unchanged` ones were as in the file.

    With `check=true` nothing is imported: `checked` is how many records would be created or changed, `changes` shows
    the first 200 of them, and `more_changes` counts the others. `warnings` are the first 200 things to look at in the
    file, such as customers that nobody knows yet, and `more_warnings` counts the others.
    """

    imported: int
    created: int
    changed: int
    unchanged: int
    checked: int | None = None
    changes: list[RecordChange] | None = None
    more_changes: int | None = None
    warnings: list[FileWarning] | None = None
    more_warnings: int | None = None

    @classmethod
    def of(cls, outcome: Outcome, *, check: bool) -> "Imported":
        counts: dict[str, Any] = {
            "created": outcome.created,
            "changed": outcome.changed,
            "unchanged": outcome.unchanged,
        }
        if outcome.warnings:
            counts["warnings"] = outcome.warnings[:MOST_SHOWN]
            counts["more_warnings"] = len(outcome.warnings) - len(counts["warnings"])
        if not check:
            return cls(imported=outcome.made, **counts)
        more = outcome.made - len(outcome.shown)
        return cls(imported=0, checked=outcome.made, changes=outcome.shown, more_changes=more, **counts)


@asynccontextmanager
async def taken_back(session: AsyncSession, *, check: bool) -> AsyncIterator[None]:
    """Rolls back what the block did if it was only a check, after the database has applied its constraints."""
    async with session.begin_nested() as point:
        yield
        if check:
            await point.rollback()


CheckOnly = Annotated[bool, Query(description="Only says what this would take; nothing is started.")]


def checked_as(kind: type[object]) -> dict[int | str, dict[str, Any]]:
    """Documents the answer of a check of this command."""
    return {200: {"model": kind, "description": "The answer to `check=true`: what it would take. Nothing is started."}}


def check_answer(found: object) -> JSONResponse:
    """The answer of a check."""
    return JSONResponse(TypeAdapter(type(found)).dump_python(found, mode="json"))


def checkable(load: Load) -> Callable[..., Awaitable[Any]]:
    """Makes the endpoint of an import from `load`, which takes a `session` and returns what it created and changed.

    A check imports the file in the same way, so that the constraints of the database apply, and then rolls it back.
    """

    async def importing(*, session: AsyncSession, check: bool, **given: Any) -> Imported | JSONResponse:
        if not check:
            return Imported.of(await load(session=session, **given), check=False)
        async with taken_back(session, check=True):
            outcome = await load(session=session, **given)
        return JSONResponse(Imported.of(outcome, check=True).model_dump(mode="json", exclude_none=True))

    signature = inspect.signature(load)
    parameters = [*signature.parameters.values(), _CHECK]
    # FastAPI finds the signature here through inspect.signature.
    vars(importing)["__signature__"] = signature.replace(
        parameters=[parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in parameters],
        return_annotation=Imported,
    )
    importing.__name__, importing.__doc__ = load.__name__, load.__doc__
    return importing
