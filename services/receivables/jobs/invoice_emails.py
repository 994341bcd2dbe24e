"""Sends invoices by e-mail, one a transaction; a crash sends the one in hand again and no other."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.emails import send_next
from shared.clock import now
from shared.jobs import Job
from shared.mail import MailServer


def email_job(server: MailServer, time_zone: str) -> Job:
    """Sends what is due; reprints are dated by the company's time zone."""

    async def send(session: AsyncSession) -> bool:
        return await send_next(session, server, time_zone, now())

    return Job(send)
