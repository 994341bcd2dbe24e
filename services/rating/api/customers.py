"""Customers over HTTP, as rating knows them from receivables."""

from fastapi import Response

from services.rating.actions import customers
from services.rating.rules.customers import ListedCustomer
from shared.access import declared
from shared.access.grants import Level
from shared.http.callers import CallerOf
from shared.http.files import CSV_RESPONSE
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf, answer
from shared.http.transaction import Transaction
from shared.values.text import Line

router = Router("customers")


@router.get(
    "",
    access=declared.feature("rating.work_orders", Level.VIEW),
    response_model=Page[ListedCustomer, Count],
    responses=CSV_RESPONSE,
)
async def list_customers(
    page: PageQueryOf, caller: CallerOf, session: Transaction, search: Line | None = None
) -> Page[ListedCustomer, Count] | Response:
    """Customers by number or name, as last reported by receivables. Change them there."""
    rows, cursor, count = await customers.list_customers(session, caller.scope, search, page)
    return answer(page, "customers", ListedCustomer, rows, cursor, Count.of(count))
