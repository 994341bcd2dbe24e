"""Searching over everything that the caller may see."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.search import RatingFound
from services.rating.store import search
from shared.access.grants import Grant
from shared.database.search import Finder, find_all

_FINDERS: tuple[tuple[str, Finder[RatingFound]], ...] = (
    ("rating.work_orders", search.find_orders),
    ("rating.rollup", search.find_drafts),
    ("rating.rate_tables", search.find_servers),
)
"""The kinds in the order of the answer, each with the feature that its list needs."""


async def find(session: AsyncSession, grants: tuple[Grant, ...], text: str) -> list[RatingFound]:
    """At most five of each kind that the user with these grants may see, with one statement for each kind."""
    return await find_all(session, grants, text, _FINDERS)
