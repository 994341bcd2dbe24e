"""A mail server for tests, real SMTP on this machine, that keeps what it takes and refuses what it is told to."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from deploy.local.process import free_port


@dataclass
class PostOffice:
    """`answers` says what the server answers to the recipient of an address, in the place of taking the message."""

    port: int
    answers: dict[str, str] = field(default_factory=dict)
    taken: list[EmailMessage] = field(default_factory=list)
    seconds_each: float = 0.0

    async def handle_RCPT(  # noqa: N802 - so aiosmtpd calls it
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - so aiosmtpd calls it
        await asyncio.sleep(self.seconds_each)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        return "250 OK"

    def recipients(self) -> list[str]:
        return [str(one["To"]) for one in self.taken]


@contextmanager
def open_post_office() -> Iterator[PostOffice]:
    """The server runs as long as the block lasts."""
    office = PostOffice(free_port())
    controller = Controller(office, hostname="127.0.0.1", port=office.port)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()
