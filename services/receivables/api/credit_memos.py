"""Credits of invoices over HTTP."""

from fastapi import Request, Response

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
from services.receivables.schemas.credit_memos import CreditAnswer, CreditEntry
from services.receivables.schemas.invoices import InvoiceRead
from services.receivables.settings import Settings
from shared.access import declared
from shared.access.grants import Level
from shared.clock import local_date, now
from shared.errors import NotFound
from shared.http.callers import CallerOf
from shared.http.headers import LOCATION, headers_of
from shared.http.operation import Router
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("invoices")
CREDIT_REFUSALS = [
    *(NotFromRating, NothingToCredit, WorkOrderNotOnInvoice, LineNotOnInvoice, MoreThanLeft),
    *(DispositionMissing, DispositionUnneeded, MonthClosed),
]


@router.post(
    "/{invoice_id}/credits",
    access=declared.feature("receivables.credits", Level.EDIT),
    status_code=201,
    idempotent=True,
    refuses=[NotFound, *CREDIT_REFUSALS],
    responses={
        202: {
            "model": CreditAnswer,
            "description": "The credit exceeds the four-eyes limit and awaits approval.",
            "headers": headers_of([LOCATION]),
        }
    },
)
async def credit_invoice(
    invoice_id: Id, entry: CreditEntry, request: Request, response: Response, caller: CallerOf, session: Transaction
) -> CreditAnswer:
    """Credits an invoice from rating in full, by work order, by line, or for part of a line.

    A work order that comes to zero is either sent back to be rated again or closed. Until then it stays locked. If the
    credit exceeds the company's four-eyes limit, the answer is 202 and nothing is credited yet: `Location` is the
    request that awaits approval.
    """
    settings: Settings = request.app.state.settings
    moment = now()
    draft = entry.to_draft(today=local_date(moment, settings.time_zone), credited_by=caller.name)
    credited = await credit_memos.credit_invoice(session, caller.scope, invoice_id, draft, moment)
    if credited.request_id is not None:
        response.status_code = 202
        response.headers["location"] = f"/v1/credit-requests/{credited.request_id}"
    invoice = InvoiceRead.whole(await invoices.read_invoice(session, caller.scope, invoice_id))
    return CreditAnswer(
        credit_id=credited.credit_id,
        request_id=credited.request_id,
        warnings=list(credited.warnings),
        invoice=invoice,
    )
