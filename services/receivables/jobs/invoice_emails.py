"""Sends invoices by e-mail, one per transaction. After a crash only the current one is sent again."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.invoice_emails import send_next
from shared.clock import now
from shared.files.mail import MailServer
from shared.service.jobs import Job


def email_job(server: MailServer, time_zone: str, public_url: str | None) -> Job:
    """Sends the e-mails that are due. Dates on reprints are in the company's time zone."""

    async def send(session: AsyncSession) -> bool:
        return await send_next(session, server, time_zone, now(), public_url=public_url)

    return Job(send)
