"""Posted transactions over HTTP."""

from typing import Annotated

from fastapi import Query, Response

from services.receivables.actions import transactions
from services.receivables.rules.transactions import TransactionFilter, TransactionRow, TransactionTotals
from shared.access import declared
from shared.access.grants import Level
from shared.http.callers import CallerOf
from shared.http.files import CSV_RESPONSE
from shared.http.operation import Router
from shared.http.pages import Page, PageQueryOf, answer
from shared.http.transaction import Transaction

router = Router("transactions")
VIEW = declared.feature("receivables.invoices", Level.VIEW)


@router.get("", access=VIEW, response_model=Page[TransactionRow, TransactionTotals], responses=CSV_RESPONSE)
async def list_transactions(
    filters: Annotated[TransactionFilter, Query()], page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[TransactionRow, TransactionTotals] | Response:
    """Posted transactions of every type, newest first: invoices, adjustments, credit memos and write-offs."""
    rows, cursor, totals = await transactions.list_transactions(session, caller.scope, filters, page)
    return answer(page, "transactions", TransactionRow, rows, cursor, totals)
