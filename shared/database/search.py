"""Searching over everything that a caller may see: by the beginning of a number, and by part of a name."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, TypeAlias, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from shared.access.grants import Grant, Level, Scope, scope_for
from shared.database.pages import containing

T = TypeVar("T")
Finder: TypeAlias = Callable[[AsyncSession, Scope, str], Awaitable[Sequence[T]]]
"""Finds things of one kind within a scope, at most MOST_FOUND."""
MOST_FOUND: Final = 5
"""How many of each kind a search shows."""
SHORTEST_PART: Final = 3
"""The fewest characters that the indexes of parts can look up."""
LAST: Final = "\U0010ffff"
"""The last character there is: with it, a text is after all texts that begin with the same."""


def beginning(text: str) -> dict[str, str]:
    """The parameters of `>= :first AND < :last`, for texts that begin with this one."""
    return {"first": text, "last": text + LAST}


def part(text: str) -> str | None:
    """The ILIKE pattern of a part; None if the text is too short for an index, which matches nothing."""
    return containing(text) if len(text) >= SHORTEST_PART else None


async def find_all(
    session: AsyncSession, grants: tuple[Grant, ...], text: str, finders: Iterable[tuple[str, Finder[T]]]
) -> list[T]:
    """What is found of each kind that these grants allow to be viewed; each finder comes with the feature it needs."""
    found: list[T] = []
    for feature, finder in finders:
        scope = scope_for(grants, feature, Level.VIEW)
        if scope is not None:
            found += await finder(session, scope, text)
    return found
