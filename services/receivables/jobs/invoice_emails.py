"""Sends invoices by e-mail, one a transaction; a crash sends the one in hand again and no other."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.invoice_emails import send_next
from shared.clock import now
from shared.files.mail import MailServer
from shared.service.jobs import Job


def email_job(server: MailServer, time_zone: str) -> Job:
    """Sends what is due; reprints are dated by the company's time zone."""

    async def send(session: AsyncSession) -> bool:
        return await send_next(session, server, time_zone, now())

    return Job(send)
