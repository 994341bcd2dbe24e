"""Reading events: each is handled once, in the transaction of its effect, and acknowledged after the commit."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, Literal, cast
from uuid import UUID

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription as NatsSubscription
from nats.errors import Error as NatsError
from nats.errors import MsgAlreadyAckdError
from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.event import STREAM, Envelope, Event, EventT
from shared.database.failures import is_disconnect, is_transient
from shared.database.pool import Database
from shared.events import dead_letters, inbox, incarnations
from shared.process import tracing
from shared.process.background import stop, whole
from shared.process.metrics import FOREIGN_MESSAGES, INBOX_DUPLICATES

log = logging.getLogger(__name__)

MAX_DELIVERIES = 8
_EXPIRES_SECONDS = 5.0
_HEARTBEAT_SECONDS = 0.5
_SILENCE_SECONDS = 1.5
_MISSING_SECONDS = 1.0
_HEARTBEAT = "100"
_IMMEDIATE_TRIES = 3
_FOREIGN_LOG_SECONDS = 60.0
_SHOWN_PLACES = 5


class OtherIncarnation(Exception):
    """A message is from an earlier life of its source's database: it may report what was undone by a restore."""


@lru_cache
def _envelope_of(event: type[Event]) -> type[Envelope[Any]]:
    return cast("type[Envelope[Any]]", Envelope.__class_getitem__(event))


@dataclass(frozen=True)
class Consumer(Generic[EventT]):
    """The consumer of one kind of event in one service.

    `handle` gets up to `batch` events that this consumer has not handled before, in one transaction. It must lead to
    the same state for any order and any repetition of events. `workers` batches are handled at the same time.
    """

    service: str
    event: type[EventT]
    handle: Callable[[AsyncSession, Sequence[EventT]], Awaitable[None]]
    batch: int = 100
    workers: int = 1

    @property
    def durable(self) -> str:
        return self.event.durable(self.service)

    def read(self, payload: bytes) -> Envelope[EventT]:
        envelope: Envelope[EventT] = _envelope_of(self.event).model_validate_json(payload)
        return envelope

    async def take_in(self, session: AsyncSession, payloads: Sequence[bytes]) -> None:
        """Handles the events among `payloads` that are new to this consumer, within the given transaction.

        Raises OtherIncarnation if the source's database has been restored since one of them was published.
        """
        envelopes = {envelope.id: envelope for envelope in map(self.read, payloads)}
        await self._require_current(session, envelopes.values())
        fresh = await inbox.take(session, self.durable, list(envelopes))
        if len(fresh) < len(payloads):
            INBOX_DUPLICATES.labels(self.durable).inc(len(payloads) - len(fresh))
        events = [envelope.data for event_id, envelope in envelopes.items() if event_id in fresh]
        if events:
            await self.handle(session, events)

    async def _require_current(self, session: AsyncSession, envelopes: Iterable[Envelope[EventT]]) -> None:
        # Without a restore, this service knows no incarnation of the others, and messages from before the upgrade that
        # have none are handled. After a restore, all that is still true is published again, with the new one.
        known = await incarnations.find_known(session, self.event.service)
        if known is not None and any(envelope.incarnation != known for envelope in envelopes):
            raise OtherIncarnation(
                f"was published before the database of {self.event.service} was restored, and may report what the "
                f"restore has undone; what is still true is published again (now the incarnation is {known})"
            )


class Subscription:
    """Pulls the messages of one durable consumer: they arrive at once, and never more than requested.

    Several workers can share it; a free worker takes what has arrived.
    """

    def __init__(self, client: Client, durable: str, batch: int):
        self._client = client
        self._durable = durable
        self._batch = batch
        self._arrived: asyncio.Queue[Msg] = asyncio.Queue()
        self._heard = asyncio.Event()
        self._outstanding = 0
        self._missing = False
        self._inbox = client.new_inbox()

        self._in_hand: dict[int, Msg] = {}
        self._subscribed: NatsSubscription | None = None

    async def open(self) -> None:
        self._subscribed = await self._client.subscribe(self._inbox, cb=self._receive)

    async def close(self) -> None:
        """Stops pulling and returns unfinished messages, so that they are redelivered in a second, not in a minute."""
        with suppress(NatsError):
            if self._subscribed is not None:
                await self._subscribed.unsubscribe()
            while not self._arrived.empty():
                self._take()
            for message in self._in_hand.values():
                with suppress(MsgAlreadyAckdError):
                    await message.nak(delay=1)

    async def _receive(self, message: Msg) -> None:
        status = (message.headers or {}).get("Status")
        if status is None:
            self._outstanding -= 1
            self._arrived.put_nowait(message)
        elif status != _HEARTBEAT:
            # The pull request is over: it expired, or there is no such consumer.
            self._outstanding = 0
            self._missing = status in {"404", "503"}
        self._heard.set()

    async def next_batch(self) -> list[Msg]:
        """Waits for messages and returns those that arrived, up to the batch size.

        It returns [] when the request ends without any. The messages count as unfinished until they are passed to
        `finish`.
        """
        if self._outstanding <= 0 and self._arrived.empty():
            await self._request()
        while self._arrived.empty() and self._outstanding > 0:
            self._heard.clear()
            try:
                async with asyncio.timeout(_SILENCE_SECONDS):
                    await self._heard.wait()
            except TimeoutError:
                # Not even a heartbeat arrives: the broker that accepted the request is gone.
                self._outstanding = 0
        batch: list[Msg] = []
        while len(batch) < self._batch and not self._arrived.empty():
            batch.append(self._take())
        return batch

    def finish(self, messages: Sequence[Msg]) -> None:
        for message in messages:
            self._in_hand.pop(message.metadata.sequence.stream, None)

    def _take(self) -> Msg:
        message = self._arrived.get_nowait()
        self._in_hand[message.metadata.sequence.stream] = message
        return message

    async def _request(self) -> None:
        if self._missing:
            log.warning("%s: this consumer does not exist; is the broker provisioned?", self._durable)
            await asyncio.sleep(_MISSING_SECONDS)
        self._missing = False
        self._outstanding = self._batch
        request = {
            "batch": self._batch,
            "expires": int(_EXPIRES_SECONDS * 1e9),
            "idle_heartbeat": int(_HEARTBEAT_SECONDS * 1e9),
        }
        await self._client.publish(
            f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{self._durable}", json.dumps(request).encode(), self._inbox
        )


def is_event(payload: bytes) -> bool:
    """Whether a message is a CloudEvent at all, whatever its data is."""
    try:
        _AnyEvent.model_validate_json(payload)
    except ValidationError:
        return False
    return True


class _AnyEvent(BaseModel):
    specversion: Literal["1.0"]
    id: UUID
    source: str
    type: str
    data: dict[str, object]


def places_of(error: ValidationError) -> str:
    """Where an event is invalid and why, without its values, which may be anything about a customer."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    shown = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found[:_SHOWN_PLACES]]
    return "; ".join([*shown, *([f"and {len(found) - _SHOWN_PLACES} more"] if len(found) > _SHOWN_PLACES else [])])


def retry_delay_seconds(deliveries: int) -> float:
    """The pause before the next delivery: 1 s after the first, then four times as long each time, up to 10 minutes."""
    return float(min(4 ** (deliveries - 1), 600))


class ConsumerLoop:
    """Runs the workers of one consumer against the broker and the database."""

    def __init__(self, consumer: Consumer[Any], database: Database, client: Client):
        self._consumer = consumer
        self._database = database
        self._client = client
        self._foreign_logged_at = float("-inf")

    async def run(self) -> None:
        subscription = Subscription(self._client, self._consumer.durable, self._consumer.batch)
        # A database that is down must not use up deliveries, so it is asked first. When it goes down later, the
        # delivery that notices ends this loop, which then starts again here.
        await self._database.ping()
        await subscription.open()
        workers = [asyncio.create_task(self._work(subscription)) for _ in range(self._consumer.workers)]
        try:
            await asyncio.gather(*workers)
        finally:
            await stop(workers)
            await subscription.close()

    async def _work(self, subscription: Subscription) -> None:
        while True:
            messages = await subscription.next_batch()
            if messages:
                await whole(self._finish(subscription, messages))

    async def _finish(self, subscription: Subscription, messages: Sequence[Msg]) -> None:
        await self._handle(messages)
        subscription.finish(messages)

    async def _handle(self, messages: Sequence[Msg]) -> None:
        """Handles the batch in one go.

        When that fails, handles each message alone, so that one cannot hold up the rest.
        """
        messages = await self._without_hopeless(messages)
        if not messages:
            return
        error = await self._try(messages)
        if error is None:
            return
        if is_disconnect(error):
            raise error
        if len(messages) == 1:
            await self._put_off(messages[0], error)
            return
        for message in messages:
            failure = await self._try([message])
            if failure is not None:
                await self._put_off(message, failure)

    async def _without_hopeless(self, messages: Sequence[Msg]) -> list[Msg]:
        """Sets aside messages that were delivered too often, including any whose handling kills the process."""
        kept = []
        for message in messages:
            deliveries = message.metadata.num_delivered or 1
            if deliveries > MAX_DELIVERIES:
                await self._bury(message, f"given up after {deliveries - 1} deliveries that never finished")
            else:
                kept.append(message)
        return kept

    async def _try(self, messages: Sequence[Msg]) -> Exception | None:
        """Handles all of `messages` in one transaction and acknowledges them after the commit.

        Repeats deadlocks immediately; returns the error of the last try, or None.
        """
        tracing.adopt((messages[0].headers or {}).get("traceparent"))
        payloads = [message.data for message in messages]
        for attempt in range(1, _IMMEDIATE_TRIES + 1):
            try:
                async with self._database.transaction() as session:
                    await self._consumer.take_in(session, payloads)
            except Exception as error:
                if is_transient(error) and attempt < _IMMEDIATE_TRIES:
                    continue
                return error
            break
        for message in messages:
            await message.ack()
        return None

    async def _put_off(self, message: Msg, error: Exception) -> None:
        deliveries = message.metadata.num_delivered or 1
        if isinstance(error, ValidationError):
            if is_event(message.data):
                await self._bury(message, f"does not match the schema: {places_of(error)}")
            else:
                await self._drop(message)
        elif isinstance(error, OtherIncarnation):
            await self._bury(message, str(error))
        elif deliveries >= MAX_DELIVERIES:
            await self._bury(message, f"failed {deliveries} times, the last time with {error!r}")
        else:
            log.warning("%s: delivery %d failed: %r", self._consumer.durable, deliveries, error)
            await message.nak(delay=retry_delay_seconds(deliveries))

    async def _drop(self, message: Msg) -> None:
        """Counts a message that is no event, and forgets it: kept one by one, a flood of them would fill the database."""
        FOREIGN_MESSAGES.labels(self._consumer.durable).inc()
        now = asyncio.get_running_loop().time()
        if now - self._foreign_logged_at >= _FOREIGN_LOG_SECONDS:
            self._foreign_logged_at = now
            log.warning("%s: dropped a message that is not a CloudEvent", self._consumer.durable)
        await message.term()

    async def _bury(self, message: Msg, reason: str) -> None:
        log.error("%s: dead letter: %s", self._consumer.durable, reason)
        async with self._database.transaction() as session:
            await dead_letters.keep(
                session,
                consumer=self._consumer.durable,
                subject=message.subject,
                stream_sequence=message.metadata.sequence.stream,
                payload=message.data,
                reason=reason[:2000],
                deliveries=message.metadata.num_delivered or 1,
            )
        await message.term()
