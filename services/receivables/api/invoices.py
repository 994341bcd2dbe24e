"""Posted invoices: listed, read whole, credited."""

from typing import Annotated

from fastapi import Query, Request, Response

from services.receivables.actions import credit_memos, invoices
from services.receivables.errors import (
    DispositionMissing,
    DispositionUnneeded,
    LineNotOnInvoice,
    MonthClosed,
    MoreThanLeft,
    NotFromRating,
    NothingToCredit,
    WorkOrderNotOnInvoice,
)
from services.receivables.schemas.invoices import (
    CreditAnswer,
    CreditEntry,
    InvoiceItem,
    InvoiceQuery,
    InvoiceRead,
    InvoiceTotalsRead,
)
from services.receivables.settings import Settings
from shared import access
from shared.access import Level
from shared.clock import local_date, now
from shared.database import Transaction
from shared.errors import NotFound
from shared.listing import Page, PageQueryOf, answer
from shared.numbers import Id
from shared.operation import CallerOf, Router
from shared.tables import CSV_RESPONSE

router = Router("invoices")
VIEW = access.feature("receivables.invoices", Level.VIEW)
CREDIT_REFUSALS = [
    *(NotFromRating, NothingToCredit, WorkOrderNotOnInvoice, LineNotOnInvoice, MoreThanLeft),
    *(DispositionMissing, DispositionUnneeded, MonthClosed),
]


@router.get("", access=VIEW, response_model=Page[InvoiceItem, InvoiceTotalsRead], responses=CSV_RESPONSE)
async def list_invoices(
    wanted: Annotated[InvoiceQuery, Query()], page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[InvoiceItem, InvoiceTotalsRead] | Response:
    """Posted invoices by company, customer, month, branch, export run or work order."""
    rows, cursor, totals = await invoices.list_invoices(session, caller.scope, wanted.to_filter(), page)
    items = [InvoiceItem.model_validate(row) for row in rows]
    return answer(page, "invoices", InvoiceItem, items, cursor, InvoiceTotalsRead.model_validate(totals))


@router.get("/{invoice_id}", access=VIEW, refuses=[NotFound])
async def read_invoice(invoice_id: Id, caller: CallerOf, session: Transaction) -> InvoiceRead:
    """An invoice with its lines, what was applied to it, and its GL distributions."""
    return InvoiceRead.of(await invoices.read_invoice(session, caller.scope, invoice_id))


@router.post(
    "/{invoice_id}/credits",
    access=access.feature("receivables.credits", Level.EDIT),
    status_code=201,
    idempotent=True,
    refuses=[NotFound, *CREDIT_REFUSALS],
    responses={202: {"model": CreditAnswer, "description": "Over the four-eyes limit: somebody else must approve it."}},
)
async def credit_invoice(
    invoice_id: Id, entry: CreditEntry, request: Request, response: Response, caller: CallerOf, session: Transaction
) -> CreditAnswer:
    """Credits an invoice that came from rating: whole, by work order, by line, or by a part of a line.

    A work order that comes to zero is sent back to be rated again, or closed; until then it stays locked. Over the
    company's four-eyes limit nothing is credited yet: the answer is 202, its Location the request that awaits approval.
    """
    settings: Settings = request.app.state.settings
    moment = now()
    wanted = entry.to_wanted(today=local_date(moment, settings.time_zone), credited_by=caller.name)
    credited = await credit_memos.credit_invoice(session, caller.scope, invoice_id, wanted, moment)
    if credited.request_id is not None:
        response.status_code = 202
        response.headers["location"] = f"/v1/credit-requests/{credited.request_id}"
    invoice = InvoiceRead.of(await invoices.read_invoice(session, caller.scope, invoice_id))
    return CreditAnswer(credit_id=credited.credit_id, request_id=credited.request_id, invoice=invoice)
