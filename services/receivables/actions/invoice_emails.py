"""Invoices sent by e-mail: asked for by a clerk, sent one by one by a job, tried again while the server is away."""

from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.invoice_prints import Pressman, print_marked
from services.receivables.errors import EmailNotFailed, NothingToSend
from services.receivables.rules.invoice_emails import Asked, InvoiceEmail, next_attempt, write_letter
from services.receivables.rules.invoice_prints.documents import compose
from services.receivables.rules.invoice_prints.prints import E_MAIL, PrintSelection
from services.receivables.store import invoice_emails
from services.receivables.store.invoice_emails import EmailToSend
from services.receivables.store.invoice_prints import documents
from shared.access.grants import Scope
from shared.errors import NotFound
from shared.files.mail import MailAway, MailRefused, MailServer

_MOST_WORDS = 500


async def ask(
    session: AsyncSession, scope: Scope, wanted: PrintSelection, *, again: bool, requested_by: str, now: datetime
) -> Sequence[Asked]:
    """Lets the chosen invoices wait to be sent, or says why one is left out. Raises NothingToSend."""
    asked = await invoice_emails.ask(session, scope, wanted, again=again, requested_by=requested_by, at=now)
    if not asked:
        raise NothingToSend("Nothing that you chose is a posted invoice that you may see.")
    return asked


list_emails = invoice_emails.list_emails


async def retry(session: AsyncSession, scope: Scope, email_id: int, now: datetime) -> InvoiceEmail:
    """Lets an e-mail that has failed for good wait again; raises NotFound, EmailNotFailed."""
    done = await invoice_emails.retry(session, scope, email_id, now)
    found = await invoice_emails.find(session, scope, email_id)
    if found is None:
        raise NotFound(f"There is no e-mail {email_id}.")
    if not done:
        raise EmailNotFailed(f"E-mail {email_id} to {found.recipient} has not failed, or its invoice was sent there.")
    return found


async def send_next(session: AsyncSession, server: MailServer, time_zone: str, now: datetime) -> bool:
    """Sends the e-mail that is due next; False when none is.

    It is marked as sent in the transaction that holds it: who dies in between sends it again, under the same
    Message-ID. An invoice counts as printed only when its e-mail was taken.
    """
    email = await invoice_emails.take_due(session, now)
    if email is None:
        return False
    try:
        async with session.begin_nested():
            message = await _write(session, server, email, Pressman(email.requested_by, now, time_zone, E_MAIL))
            await server.send(message)
    except MailRefused as error:
        await invoice_emails.mark_unsent(session, email.id, str(error), None)
    except DBAPIError:
        raise
    except Exception as error:
        # Also a document that cannot be made waits its turn again: it must not hold up the others.
        why = str(error) if isinstance(error, MailAway) else f"{type(error).__name__}: {error}"
        await invoice_emails.mark_unsent(session, email.id, why[:_MOST_WORDS], next_attempt(email.attempts + 1, now))
    else:
        await invoice_emails.mark_sent(session, email.id, now)
    return True


async def _write(session: AsyncSession, server: MailServer, email: EmailToSend, by: Pressman) -> EmailMessage:
    facts = await documents.facts(session, [email.invoice_id])
    (document,) = compose(facts)
    letter = write_letter(document)
    message = EmailMessage()
    message["From"] = server.sender
    message["To"] = email.recipient
    message["Subject"] = letter.subject
    message["Date"] = by.at
    message["Message-ID"] = f"<invoice-email-{email.id}@{server.domain}>"
    message.set_content(letter.text)
    message.add_attachment(
        await print_marked(session, facts, by),
        maintype="application",
        subtype="pdf",
        filename=f"invoice-{document.head.number}.pdf",
    )
    return message
