"""Searching over everything, over HTTP."""

from typing import Annotated

from fastapi import Query

from services.receivables.actions import search
from services.receivables.rules.search import ReceivablesFound
from shared.access import declared
from shared.http.callers import CallerOf
from shared.http.operation import Router
from shared.http.pages import Items
from shared.http.transaction import Transaction
from shared.values.text import FilledLine

router = Router("search")
Wanted = Annotated[
    FilledLine,
    Query(description="The beginning of a number, or at least three letters of a customer's or contract's name."),
]


@router.get("", access=declared.signed_in())
async def search_receivables(q: Wanted, caller: CallerOf, session: Transaction) -> Items[ReceivablesFound]:
    """Invoices, customers, batches and contracts that you may see, at most five of each.

    Those whose number begins with the text come first.
    """
    return Items(items=await search.find(session, caller.principal.grants, q))
