"""Invoices by e-mail: a clerk queues them, and a job sends them one by one, with retries while the server is down."""

import logging
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.invoice_prints import PrintContext, print_marked
from services.receivables.errors import EmailNotFailed, NothingToSend
from services.receivables.rules.invoice_emails import (
    InvoiceEmail,
    SendOutcome,
    next_attempt,
    next_drawing,
    write_letter,
)
from services.receivables.rules.invoice_prints.documents import compose
from services.receivables.rules.invoice_prints.prints import E_MAIL, PrintSelection
from services.receivables.store import invoice_emails, invoice_orders
from services.receivables.store.invoice_emails import EmailToSend
from services.receivables.store.invoice_prints import documents
from shared.access.grants import Scope
from shared.database.failures import is_passing
from shared.errors import DocumentFailed, NotFound
from shared.files.mail import MailAway, MailRefused, MailServer
from shared.values.text import storable

log = logging.getLogger(__name__)
_MAX_ERROR_LENGTH = 500


async def queue(
    session: AsyncSession, scope: Scope, selection: PrintSelection, *, again: bool, requested_by: str, now: datetime
) -> Sequence[SendOutcome]:
    """Queues the chosen invoices to be sent; the outcome of each says whether it was skipped and why.

    Raises NothingToSend.
    """
    outcomes = await invoice_emails.queue(session, scope, selection, again=again, requested_by=requested_by, at=now)
    if not outcomes:
        raise NothingToSend("You chose no posted invoice that you may see.")
    return outcomes


list_emails = invoice_emails.list_emails


async def retry(session: AsyncSession, scope: Scope, email_id: int, now: datetime) -> InvoiceEmail:
    """Queues an e-mail again that failed for good; raises NotFound or EmailNotFailed."""
    queued = await invoice_emails.retry(session, scope, email_id, now)
    found = await invoice_emails.find(session, scope, email_id)
    if found is None:
        raise NotFound(f"There is no e-mail {email_id}.")
    if not queued:
        raise EmailNotFailed(
            f"E-mail {email_id} to {found.recipient} has not failed, or another e-mail sends its invoice there."
        )
    return found


async def send_next(
    session: AsyncSession, server: MailServer, time_zone: str, now: datetime, *, public_url: str | None = None
) -> bool:
    """Sends the e-mail that is due next. Returns False if none is. `public_url` is where links in it lead.

    It is marked as sent in the transaction that locks it. If the process dies in between, it is sent again with the
    same Message-ID. An invoice counts as printed only after the mail server accepted its e-mail. An invoice that cannot
    be drawn is given up after three tries.
    """
    email = await invoice_emails.take_due(session, now)
    if email is None:
        return False
    try:
        async with session.begin_nested():
            context = PrintContext(email.requested_by, now, time_zone, E_MAIL)
            message, replaced = await _write(session, server, email, context, public_url)
            await server.send(message)
    except MailRefused as error:
        await _set_back(session, email, str(error), None)
    except MailAway as error:
        await _set_back(session, email, str(error), next_attempt(email.attempts + 1, now))
    except Exception as error:
        if is_passing(error):
            raise
        log.warning("e-mail %s failed: %s", email.id, error, exc_info=not isinstance(error, DocumentFailed))
        detail = error.detail if isinstance(error, DocumentFailed) else f"{type(error).__name__}: {error}"
        retry_at = next_drawing(email.attempts + 1, now)
        given_up = "" if retry_at else f"Given up after {email.attempts + 1} tries. "
        await _set_back(session, email, given_up + detail, retry_at)
    else:
        await invoice_emails.mark_sent(session, email.id, replaced, now)
    return True


async def _set_back(session: AsyncSession, email: EmailToSend, detail: str, retry_at: datetime | None) -> None:
    await invoice_emails.mark_unsent(session, email.id, storable(detail, _MAX_ERROR_LENGTH), retry_at)


async def _write(
    session: AsyncSession, server: MailServer, email: EmailToSend, context: PrintContext, public_url: str | None
) -> tuple[EmailMessage, str]:
    """The e-mail, and the characters that its PDF does not show."""
    facts = await documents.facts(session, [email.invoice_id])
    (document,) = compose(facts)
    orders = await invoice_orders.list_orders(session, email.invoice_id)
    letter = write_letter(document, [file for order in orders for file in order.attachments], public_url)
    message = EmailMessage()
    message["From"] = server.sender
    message["To"] = email.recipient
    message["Subject"] = letter.subject
    message["Date"] = context.at
    message["Message-ID"] = f"<invoice-email-{email.id}@{server.domain}>"
    message.set_content(letter.text)
    attached = await print_marked(session, facts, context)
    message.add_attachment(
        attached.content,
        maintype="application",
        subtype="pdf",
        filename=f"invoice-{document.head.number}.pdf",
    )
    return message, attached.replaced
