"""Posted invoices over HTTP."""

from typing import Annotated

from fastapi import Query, Response

from services.receivables.actions import invoices
from services.receivables.rules.invoices import InvoiceFilter, InvoiceTotals
from services.receivables.schemas.invoices import InvoiceItem, InvoiceRead
from shared.access import declared
from shared.access.grants import Level
from shared.audit.changes import HistoryStep
from shared.clock import local_date, now
from shared.errors import NotFound
from shared.http.callers import CallerOf
from shared.http.files import CSV_RESPONSE
from shared.http.moment import TimeZone
from shared.http.operation import Router
from shared.http.pages import Count, FixedPageQueryOf, Page, PageQueryOf, answer
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("invoices")
VIEW = declared.feature("receivables.invoices", Level.VIEW)


@router.get("", access=VIEW, response_model=Page[InvoiceItem, InvoiceTotals], responses=CSV_RESPONSE)
async def list_invoices(
    filters: Annotated[InvoiceFilter, Query()],
    page: PageQueryOf,
    zone: TimeZone,
    caller: CallerOf,
    session: Transaction,
) -> Page[InvoiceItem, InvoiceTotals] | Response:
    """Posted invoices by status, customer, dates, amount, company, month, branch, export run or work order."""
    rows, cursor, totals = await invoices.list_invoices(session, caller.scope, filters, page, local_date(now(), zone))
    items = [InvoiceItem.of(row) for row in rows]
    return answer(page, "invoices", InvoiceItem, items, cursor, totals)


@router.get("/{invoice_id}", access=VIEW, refuses=[NotFound])
async def read_invoice(invoice_id: Id, caller: CallerOf, session: Transaction) -> InvoiceRead:
    """An invoice with all that was entered, its amendments and its GL distributions."""
    return InvoiceRead.whole(await invoices.read_invoice(session, caller.scope, invoice_id))


@router.get("/{invoice_id}/history", access=VIEW, refuses=[NotFound])
async def read_invoice_history(
    invoice_id: Id, page: FixedPageQueryOf, caller: CallerOf, session: Transaction
) -> Page[HistoryStep, Count]:
    """Who posted, changed, credited, printed and sent the invoice, and when, newest first."""
    steps, cursor, count = await invoices.list_history(session, caller.scope, invoice_id, page)
    return Page(items=steps, next_cursor=cursor, totals=Count.of(count))
