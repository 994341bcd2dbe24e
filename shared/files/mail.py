"""Owns sending e-mail: one message to one SMTP server, and what its refusal means."""

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import partial

import anyio.to_thread

_PATIENCE_SECONDS = 30.0
_PERMANENT = 500


class MailRefused(Exception):
    """The server will never take this message: the address does not exist, or the message is not wanted."""


class MailAway(Exception):
    """The server cannot be reached, does not let us in, or asks to come again later."""


@dataclass(frozen=True)
class MailServer:
    """An SMTP server and the address that writes; `security` is `starttls`, `tls`, or `none` within a network of one's own."""

    host: str
    port: int
    sender: str
    security: str = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def domain(self) -> str:
        """What stands behind the @ of message ids."""
        return self.sender.rpartition("@")[2].rstrip(">")

    async def send(self, message: EmailMessage) -> None:
        """Hands a message over; raises MailRefused or MailAway.

        Who dies behind this cannot know whether it was taken: a message sent again has the same Message-ID.
        """
        await anyio.to_thread.run_sync(partial(_send, self, message))


def _send(server: MailServer, message: EmailMessage) -> None:
    try:
        smtp = _connect(server)
        try:
            _hand_over(smtp, server, message)
        finally:
            # What the server says at the end of the connection does not matter any more.
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            smtp.close()
    except smtplib.SMTPException as error:
        raise MailAway(_words(error)) from error
    except OSError as error:
        raise MailAway(f"{server.host}:{server.port}: {error}") from error


def _connect(server: MailServer) -> smtplib.SMTP:
    if server.security == "tls":
        # Without a context smtplib encrypts and believes any certificate.
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=_PATIENCE_SECONDS, context=context)
    return smtplib.SMTP(server.host, server.port, timeout=_PATIENCE_SECONDS)


def _hand_over(smtp: smtplib.SMTP, server: MailServer, message: EmailMessage) -> None:
    """Raises MailRefused and MailAway."""
    try:
        if server.security == "starttls":
            smtp.starttls(context=ssl.create_default_context())
        if server.user is not None:
            smtp.login(server.user, server.password or "")
    except smtplib.SMTPException as error:
        raise MailAway(_words(error)) from error
    try:
        smtp.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise _meaning(code, words) from error
    except smtplib.SMTPResponseException as error:
        raise _meaning(error.smtp_code, error.smtp_error) from error


def _meaning(code: int, words: bytes | str) -> MailRefused | MailAway:
    said = f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"
    return MailRefused(said) if code >= _PERMANENT else MailAway(said)


def _words(error: smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return str(_meaning(error.smtp_code, error.smtp_error))
    return f"{type(error).__name__}: {error}"
