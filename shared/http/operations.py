"""The state of a service and its dead letters over HTTP, for those who operate the suite.

Dead letters concern everyone's work, so a grant that is limited does not give access to them.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from fastapi import Request
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.access import declared
from shared.access.grants import Level
from shared.contracts.service_status import FEATURE, NOUN, Latency, Latest, Outbox, Part, ServiceStatus
from shared.database.failures import is_transient
from shared.database.pool import Database
from shared.database.statements import execute
from shared.errors import DeadLetterStuck, DomainError, NotFound
from shared.events import dead_letters, outbox
from shared.events.consumer import Consumer, places_of
from shared.events.dead_letters import DeadLetter
from shared.events.replays import Result, replay
from shared.http.callers import CallerOf
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.process import recent
from shared.process.version import VERSION
from shared.values.numbers import Id

log = logging.getLogger(__name__)
_LOOKUP_SECONDS = 1.5
LookUpLatest = Callable[[AsyncSession], Awaitable[Latest | None]]


class DeadLetterRead(BaseModel):
    """A message that could not be handled. It waits until it is replayed."""

    id: int
    consumer: str = Field(description="Who could not handle it.")
    subject: str = Field(description="The subject on which it was published.")
    payload: Any = Field(
        description="The message: as JSON if it is; else as text, of which only the beginning is shown."
    )
    reason: str = Field(description="Why it could not be handled.")
    deliveries: int = Field(description="How often it was delivered.")
    created_at: datetime

    @classmethod
    def of(cls, letter: DeadLetter) -> "DeadLetterRead":
        given = {name: getattr(letter, name) for name in cls.model_fields}
        return cls(**{**given, "payload": letter.shown_payload()})


class Replayed(BaseModel):
    """What became of a dead letter.

    `closed` means that it was published before a restore: it was not handled, and what is still true has been published
    again.
    """

    id: int
    result: Result = Field(description="`replayed`, or `closed` without handling it.")


class _FromDatabase(BaseModel):
    outbox: Outbox
    dead_letters: int
    latest: list[Latest]


def operations_routers(
    service: str, consumers: Mapping[str, Consumer[Any]], latest: LookUpLatest | None
) -> list[Router]:
    """The routers for `GET /v1/status` and `/v1/dead-letters` of a service.

    `consumers` are those that handle its messages, by durable name; without any there are no dead letters. `latest` looks
    up the run that operators ask about.
    """
    status, letters = Router(NOUN), Router("dead-letters")

    @status.get("", access=declared.feature(FEATURE, Level.VIEW))
    async def read_status(request: Request) -> ServiceStatus:
        """The version, what the process needs, how long requests take, and what waits.

        It is answered even if the database or NATS does not answer. `GET /api/v1/operations/status` asks all services.
        """
        app = request.app
        checks, found = await asyncio.gather(app.state.check_parts(), _look(app.state.database, latest))
        return ServiceStatus(
            service=service,
            version=VERSION,
            parts=[Part(name=name, state=state) for name, state in checks.items()],
            latency=Latency.of(recent.REQUESTS.taken()),
            outbox=None if found is None else found.outbox,
            dead_letters=None if found is None else found.dead_letters,
            latest=[] if found is None else found.latest,
        )

    @letters.get("", access=declared.feature(FEATURE, Level.VIEW), sorting=dead_letters.SORTING)
    async def list_dead_letters(
        caller: CallerOf, page: PageQueryOf, session: Transaction
    ) -> Page[DeadLetterRead, Count]:
        """The messages that could not be handled and have not been replayed, oldest first."""
        caller.require_unlimited("Dead letters concern")
        found, cursor, count = await dead_letters.list_waiting(session, page)
        return Page(items=[DeadLetterRead.of(one) for one in found], next_cursor=cursor, totals=Count.of(count))

    @letters.post(
        "/{dead_letter_id}/replay",
        access=declared.feature(FEATURE, Level.EDIT),
        refuses=[NotFound, DeadLetterStuck],
    )
    async def replay_dead_letter(dead_letter_id: Id, caller: CallerOf, session: Transaction) -> Replayed:
        """Handles the message again. If that fails, nothing changes and the answer says why."""
        caller.require_unlimited("Dead letters concern")
        letter = await dead_letters.lock_waiting(session, dead_letter_id)
        if letter is None:
            raise NotFound(f"No dead letter {dead_letter_id} waits in {service}.")
        consumer = consumers.get(letter.consumer)
        if consumer is None:
            raise DeadLetterStuck(f"{service} no longer has a consumer {letter.consumer}.")
        try:
            result = await replay(session, letter, consumer)
        except Exception as error:
            if is_transient(error):
                raise
            log.warning("dead letter %d of %s: %r", letter.id, letter.consumer, error)
            raise DeadLetterStuck(_reason_of(error)) from error
        return Replayed(id=letter.id, result=result)

    return [status, letters] if consumers else [status]


async def _look(database: Database, latest: LookUpLatest | None) -> _FromDatabase | None:
    """What the database says, or None if it does not say it in time."""
    try:
        async with asyncio.timeout(_LOOKUP_SECONDS), database.transaction() as session:
            await execute(session, "SET LOCAL statement_timeout = '1500ms'")
            backlog = await outbox.read_backlog(session)
            found = None if latest is None else await latest(session)
            return _FromDatabase(
                outbox=Outbox(pending=backlog.pending, oldest_age_seconds=round(backlog.oldest_age_seconds, 1)),
                dead_letters=sum((await dead_letters.count_waiting(session)).values()),
                latest=[] if found is None else [found],
            )
    except Exception as error:
        log.warning("the database did not say what waits: %r", error)
        return None


def _reason_of(error: Exception) -> str:
    """Why a message cannot be handled, without its values, which may be anything about a customer."""
    if isinstance(error, ValidationError):
        return f"The message does not match its schema: {places_of(error)}"
    if isinstance(error, DomainError):
        return error.detail
    return f"Handling it failed ({type(error).__name__}). The log of the service says more."
