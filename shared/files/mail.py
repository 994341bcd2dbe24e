"""Sending e-mail: one message to one SMTP server, and the meaning of its refusals."""

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
    """The server will never accept this message: the address does not exist, or the message is unwanted."""


class MailAway(Exception):
    """The server is unreachable, rejects the log-in, or asks for another attempt later."""


@dataclass(frozen=True)
class MailServer:
    """An SMTP server and the sender's address.

    `security` is `starttls`, `tls`, or `none` for a server on a private network.
    """

    host: str
    port: int
    sender: str
    security: str = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def domain(self) -> str:
        """The domain of the sender, used in message ids."""
        return self.sender.rpartition("@")[2].rstrip(">")

    async def send(self, message: EmailMessage) -> None:
        """Hands a message over to the server; raises MailRefused or MailAway.

        A process that dies after this cannot know whether the server accepted the message. It must send it again with
        the same Message-ID.
        """
        await anyio.to_thread.run_sync(partial(_send, self, message))


def _send(server: MailServer, message: EmailMessage) -> None:
    try:
        smtp = _connect(server)
        try:
            _hand_over(smtp, server, message)
        finally:
            # The message has been handed over or refused; an error while closing no longer matters.
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            smtp.close()
    except smtplib.SMTPException as error:
        raise MailAway(_words(error)) from error
    except OSError as error:
        raise MailAway(f"{server.host}:{server.port}: {error}") from error


def _connect(server: MailServer) -> smtplib.SMTP:
    if server.security == "tls":
        # Without a context, smtplib accepts any certificate.
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=_PATIENCE_SECONDS, context=context)
    return smtplib.SMTP(server.host, server.port, timeout=_PATIENCE_SECONDS)


def _hand_over(smtp: smtplib.SMTP, server: MailServer, message: EmailMessage) -> None:
    """Sends the message on an open connection; raises MailRefused or MailAway."""
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
