"""Invoices by e-mail over HTTP: sending, listing and retrying."""

from typing import Annotated

from fastapi import Query, Request, Response

from services.receivables.actions import invoice_emails
from services.receivables.errors import EmailNotFailed, EmailNotSetUp, NothingToSend
from services.receivables.rules.invoice_emails import EmailFilter, InvoiceEmail
from services.receivables.schemas.invoice_emails import EmailRequest, EmailsQueued
from services.receivables.settings import Settings
from shared.access import declared
from shared.access.grants import Level
from shared.clock import now
from shared.errors import NotFound
from shared.http.callers import CallerOf
from shared.http.files import CSV_RESPONSE
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf, answer
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("invoice-emails")
VIEW = declared.feature("receivables.invoices", Level.VIEW)
EDIT = declared.feature("receivables.invoices", Level.EDIT)


@router.post("", access=EDIT, status_code=202, idempotent=True, refuses=[EmailNotSetUp, NothingToSend])
async def send_invoices(body: EmailRequest, request: Request, caller: CallerOf, session: Transaction) -> EmailsQueued:
    """Sends each invoice once as a PDF to its customer's address. The list of e-mails shows the results."""
    settings: Settings = request.app.state.settings
    if settings.mail_server is None:
        raise EmailNotSetUp("No mail server is set up. Set RECEIVABLES_SMTP_HOST and RECEIVABLES_MAIL_FROM.")
    outcomes = await invoice_emails.queue(
        session, caller.scope, body, again=body.again, requested_by=caller.name, now=now()
    )
    return EmailsQueued.of(outcomes)


@router.get("", access=VIEW, response_model=Page[InvoiceEmail, Count], responses=CSV_RESPONSE)
async def list_invoice_emails(
    filters: Annotated[EmailFilter, Query()], page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[InvoiceEmail, Count] | Response:
    """E-mails, newest first: sent, waiting, or failed with the last error."""
    rows, cursor, count = await invoice_emails.list_emails(session, caller.scope, filters, page)
    return answer(page, "invoice-emails", InvoiceEmail, rows, cursor, Count.of(count))


@router.post("/{email_id}/retry", access=EDIT, refuses=[NotFound, EmailNotFailed])
async def retry_invoice_email(email_id: Id, caller: CallerOf, session: Transaction) -> InvoiceEmail:
    """Retries an e-mail that failed for good."""
    return await invoice_emails.retry(session, caller.scope, email_id, now())
