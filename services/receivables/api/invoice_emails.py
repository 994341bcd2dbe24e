"""Invoices sent by e-mail: asked for, listed, tried again."""

from typing import Annotated

from fastapi import Query, Request, Response

from services.receivables.actions import invoice_emails
from services.receivables.errors import EmailNotFailed, EmailNotSetUp, NothingToSend
from services.receivables.rules.invoice_emails import EmailFilter, InvoiceEmail
from services.receivables.schemas.invoice_emails import EmailRequest, EmailsAsked
from services.receivables.settings import Settings
from shared.access import declared
from shared.access.grants import Level
from shared.clock import now
from shared.errors import NotFound
from shared.http.files import CSV_RESPONSE
from shared.http.operation import CallerOf, Router
from shared.http.pages import Count, Page, PageQueryOf, answer
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("invoice-emails")
VIEW = declared.feature("receivables.invoices", Level.VIEW)
EDIT = declared.feature("receivables.invoices", Level.EDIT)


@router.post("", access=EDIT, status_code=202, idempotent=True, refuses=[EmailNotSetUp, NothingToSend])
async def send_invoices(wanted: EmailRequest, request: Request, caller: CallerOf, session: Transaction) -> EmailsAsked:
    """Sends invoices as PDF to the addresses of their customers, each once; the list tells what became of them."""
    settings: Settings = request.app.state.settings
    if settings.mail_server is None:
        raise EmailNotSetUp("No mail server is set up: RECEIVABLES_SMTP_HOST and RECEIVABLES_MAIL_FROM name one.")
    asked = await invoice_emails.ask(
        session, caller.scope, wanted, again=wanted.again, requested_by=caller.name, now=now()
    )
    return EmailsAsked.of(asked)


@router.get("", access=VIEW, response_model=Page[InvoiceEmail, Count], responses=CSV_RESPONSE)
async def list_invoice_emails(
    wanted: Annotated[EmailFilter, Query()], page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[InvoiceEmail, Count] | Response:
    """E-mails by state, invoice, company or customer, the newest first: sent, waiting, or failed and why."""
    rows, cursor, count = await invoice_emails.list_emails(session, caller.scope, wanted, page)
    return answer(page, "invoice-emails", InvoiceEmail, rows, cursor, Count(count=count))


@router.post("/{email_id}/retry", access=EDIT, refuses=[NotFound, EmailNotFailed])
async def retry_invoice_email(email_id: Id, caller: CallerOf, session: Transaction) -> InvoiceEmail:
    """Tries an e-mail again that was given up."""
    return await invoice_emails.retry(session, caller.scope, email_id, now())
