"""Searching over everything, over HTTP."""

from typing import Annotated

from fastapi import Query

from services.rating.actions import search
from services.rating.rules.search import RatingFound
from shared.access import declared
from shared.http.callers import CallerOf
from shared.http.operation import Router
from shared.http.pages import Items
from shared.http.transaction import Transaction
from shared.values.text import FilledLine

router = Router("search")
Wanted = Annotated[
    FilledLine,
    Query(
        description="The beginning of a number, or at least three letters of a number, name, reference, case, matter or person served."
    ),
]


@router.get("", access=declared.signed_in())
async def search_rating(q: Wanted, caller: CallerOf, session: Transaction) -> Items[RatingFound]:
    """Work orders, draft invoices and servers that you may see, at most five of each.

    Those whose number begins with the text come first.
    """
    return Items(items=await search.find(session, caller.principal.grants, q))
