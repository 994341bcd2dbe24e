"""Sending a message to a real SMTP server: log-in, encryption, and the meaning of each refusal."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from deploy.local.process import free_port
from shared.files.mail import MailAway, MailRefused, MailServer
from tests.fixtures.certificates import own_certificate
from tests.fixtures.post_office import PostOffice

MESSAGE = EmailMessage()
MESSAGE["From"], MESSAGE["To"], MESSAGE["Subject"] = "billing@alamo.example", "ann@plain.example", "Hello"


MESSAGE.set_content("Hello.")


@contextmanager
def office_with(**options: Any) -> Iterator[tuple[PostOffice, MailServer]]:
    office = PostOffice(free_port())
    controller = Controller(office, hostname="127.0.0.1", port=office.port, **options)
    controller.start()
    try:
        yield office, MailServer("127.0.0.1", office.port, "billing@alamo.example", "none")
    finally:
        controller.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return own_certificate(tmp_path_factory.mktemp("mail"))


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_server_is_trusted_only_with_a_trusted_certificate(
    security: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    options = {"ssl_context": context} if security == "tls" else {"tls_context": context, "require_starttls": True}
    with office_with(**options) as (office, plain):
        server = MailServer(plain.host, plain.port, plain.sender, security)
        with pytest.raises(MailAway, match="CERTIFICATE_VERIFY_FAILED"):
            await server.send(MESSAGE)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        await server.send(MESSAGE)
        assert office.recipients() == ["ann@plain.example"]


async def test_a_server_without_encryption_is_not_trusted_with_a_message() -> None:
    with office_with() as (office, plain):
        with pytest.raises(MailAway, match="STARTTLS"):
            await MailServer(plain.host, plain.port, plain.sender).send(MESSAGE)
        assert office.taken == []


async def test_a_rejected_log_in_is_retried_later() -> None:
    def check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=(given.login, given.password) == (b"alamo", b"right"), handled=False)

    options = {"authenticator": check, "auth_require_tls": False}
    with office_with(**options) as (office, plain):
        wrong, right = (
            MailServer(plain.host, plain.port, plain.sender, "none", "alamo", password)
            for password in ("wrong", "right")
        )
        with pytest.raises(MailAway, match="535"):
            await wrong.send(MESSAGE)
        await right.send(MESSAGE)
        assert office.recipients() == ["ann@plain.example"]
    assert "wrong" not in repr(wrong)


@pytest.mark.parametrize(("said", "kind"), [("550 No such user", MailRefused), ("451 Come again", MailAway)])
async def test_the_first_digit_of_a_refusal_decides_whether_to_retry(said: str, kind: type[Exception]) -> None:
    with office_with() as (office, server):
        office.answers["ann@plain.example"] = said
        with pytest.raises(kind, match=said):
            await server.send(MESSAGE)


async def test_an_unreachable_server_raises_mail_away() -> None:
    with pytest.raises(MailAway, match="refused"):
        await MailServer("127.0.0.1", free_port(), "billing@alamo.example", "none").send(MESSAGE)


async def test_a_server_that_refuses_the_connection_has_not_accepted_the_message() -> None:
    """A server has accepted a message only if it answered 250."""
    async with raw_server(b"554 Not today\r\n") as port:
        with pytest.raises(MailAway, match="554"):
            await MailServer("127.0.0.1", port, "billing@alamo.example", "none").send(MESSAGE)


@asynccontextmanager
async def raw_server(greeting: bytes) -> AsyncIterator[int]:
    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
