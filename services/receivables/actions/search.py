"""Searching over everything that the caller may see."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.search import ReceivablesFound
from services.receivables.store import search
from shared.access.grants import Grant
from shared.database.search import Finder, find_all

_FINDERS: tuple[tuple[str, Finder[ReceivablesFound]], ...] = (
    ("receivables.invoices", search.find_invoices),
    ("receivables.customers", search.find_customers),
    ("receivables.batches", search.find_batches),
    ("receivables.setup", search.find_contracts),
)
"""The kinds in the order of the answer, each with the feature that its list needs."""


async def find(session: AsyncSession, grants: tuple[Grant, ...], text: str) -> list[ReceivablesFound]:
    """At most five of each kind that the user with these grants may see, with one statement for each kind."""
    return await find_all(session, grants, text, _FINDERS)
