"""The relay, which publishes committed events: pipelined, marked when acknowledged, and again if the broker lost them.

One relay per service works at a time (an advisory lock). On each connection to the broker it first compares what the
outbox has marked as published with what the stream holds, before it publishes anything new. When the broker has lost
the end of the stream, it gives the same sequences to other messages, and the loss could no longer be detected.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
from nats.aio.client import Client
from nats.js.api import PubAck
from pydantic import ValidationError

from shared.contracts.event import MARKS, STREAM, Stamp, envelope_bytes
from shared.contracts.subscriptions import EVENTS
from shared.database.pool import Database
from shared.events import streams
from shared.events.incarnations import RELAY_LOCK
from shared.process.background import Stuck, whole

log = logging.getLogger(__name__)

_WINDOW = 256
_WINDOW_BYTES = 16 * 1024 * 1024
_ACKNOWLEDGE_SECONDS = 5.0
_POLL_SECONDS = 1.0
_COMPARE_SECONDS = 5.0
# The stream keeps its messages for 90 days.
_MARK_DAYS = 30


class PublishRefused(Exception):
    """The broker does not allow this user to publish: its permissions differ from deploy/nats/ratebook.conf."""


class StreamAhead(Stuck):
    """The stream holds an event of this life of the database that the database does not have: it was restored."""


class Relay:
    """Publishes the outbox of `service`."""

    def __init__(self, service: str, database: Database, nats_url: str):
        self._service = service
        self._database = database
        self._nats_url = nats_url
        self._mark_subject = MARKS.replace("*", service)
        self._wake = asyncio.Event()
        self._refusal: Exception | None = None
        self._incarnation: UUID | None = None

    async def run(self) -> None:
        """Publishes until a connection fails; shared.process.background then starts it again.

        The broker comes first, the lock after it: an instance that cannot reach any server must not keep the others
        from publishing.
        """
        client = await streams.connect(self._nats_url, reconnect=False, on_error=self._note_error)
        try:
            connection = await self._database.connect("relay")
            try:
                while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", RELAY_LOCK):
                    await asyncio.sleep(_POLL_SECONDS)
                    if not client.is_connected:
                        raise ConnectionError("the connection to NATS broke while another instance was publishing")
                await self._publish_forever(connection, client)
            finally:
                # Without a time limit, a dead server would block the shutdown.
                await connection.close(timeout=2)
        finally:
            await client.close()

    async def _note_error(self, error: Exception) -> None:
        if "permissions violation" in str(error):
            self._refusal = error

    async def _publish_forever(self, connection: asyncpg.Connection, client: Client) -> None:
        # A mark lost in a crash costs one more publication, which the broker or the inbox recognizes. Waiting for the
        # disk at each mark would delay the events behind it.
        await connection.execute("SET synchronous_commit = off")
        # It only changes while no relay runs: `ratebook restore-finish` takes the relay's lock.
        self._incarnation = await connection.fetchval("SELECT id FROM incarnation WHERE service = $1", self._service)
        await connection.add_listener("outbox", lambda *_: self._wake.set())
        clock = asyncio.get_running_loop()
        compared_at = float("-inf")
        while True:
            if clock.time() - compared_at >= _COMPARE_SECONDS:
                await self._find_lost(connection, client)
                compared_at = clock.time()
            self._wake.clear()
            full = await whole(self._publish_window(connection, client))
            # What is committed after the look at the outbox rings, so looking again at once would find nothing.
            if not full and not self._wake.is_set():
                with suppress(TimeoutError):
                    async with asyncio.timeout(_POLL_SECONDS):
                        await self._wake.wait()

    async def _publish_window(self, connection: asyncpg.Connection, client: Client) -> bool:
        """Publishes the oldest pending events and marks those that were acknowledged. Returns whether more may wait.

        After a time-out the outcome is unknown, not failed: the event stays pending and is published again.
        """
        rows = await connection.fetch(
            """
            SELECT outbox.id, event_id, event_name, data, outbox.data_bytes, traceparent, created_at, publication
            FROM outbox JOIN (
                SELECT id, sum(data_bytes) OVER (ORDER BY id) - data_bytes AS bytes_before
                FROM (SELECT id, data_bytes FROM outbox WHERE published_at IS NULL ORDER BY id LIMIT $1) AS oldest
            ) AS pending ON pending.id = outbox.id
            WHERE pending.bytes_before < $2
            ORDER BY outbox.id
            """,
            _WINDOW,
            _WINDOW_BYTES,
        )
        if not rows:
            return False
        jetstream = client.jetstream(publish_async_max_pending=_WINDOW)
        waiting = [
            await jetstream.publish_async(
                f"ratebook.v1.{self._service}.{row['event_name']}",
                envelope_bytes(
                    row["event_id"],
                    self._service,
                    row["event_name"],
                    row["created_at"],
                    row["data"],
                    self._incarnation,
                ),
                stream=STREAM,
                headers=_headers(row, self._incarnation),
            )
            for row in rows
        ]
        await asyncio.wait(waiting, timeout=_ACKNOWLEDGE_SECONDS)
        answers = [_answer_of(future) for future in waiting]
        stored = [
            (row["id"], answer.seq) for row, answer in zip(rows, answers, strict=True) if isinstance(answer, PubAck)
        ]
        await connection.execute(
            """
            UPDATE outbox SET published_at = now(), stream_sequence = stored.sequence
            FROM unnest($1::bigint[], $2::bigint[]) AS stored (id, sequence)
            WHERE outbox.id = stored.id
            """,
            [row_id for row_id, _ in stored],
            [sequence for _, sequence in stored],
        )
        if self._refusal is not None:
            refusal, self._refusal = self._refusal, None
            raise PublishRefused(str(refusal))
        failures = [answer for answer in answers if not isinstance(answer, PubAck)]
        if failures:
            raise ConnectionError(f"{len(failures)} of {len(rows)} events were not acknowledged: {failures[0]!r}")
        return len(rows) == _WINDOW or sum(row["data_bytes"] for row in rows) >= _WINDOW_BYTES

    async def _recognize_stream(self, connection: asyncpg.Connection, client: Client) -> None:
        """Makes every event pending again if the stream is not the one that the sequences in the outbox belong to.

        The relay knows it by its mark, a message of its own that holds a random text. The stream's own description
        would say when it was created, but a service must not ask for it: it could name where the answer goes.
        """
        known: str | None = await connection.fetchval("SELECT created FROM outbox_stream")
        mark = await _last_message(client, self._mark_subject)
        if mark is None or mark.age_days > _MARK_DAYS:
            text = str(uuid4()) if mark is None else mark.data.decode()
            await client.jetstream().publish(self._mark_subject, text.encode(), stream=STREAM)
        else:
            text = mark.data.decode()
        if text == known:
            return
        async with connection.transaction():
            await connection.execute("DELETE FROM outbox_stream")
            await connection.execute("INSERT INTO outbox_stream (created) VALUES ($1)", text)
            await connection.execute("DELETE FROM outbox_pruned")
            # Before there were marks, the time of the stream's creation was kept, and it had been compared.
            if mark is None and known is not None and _is_time(known):
                return
            lost = await connection.fetchval(
                """
                WITH lost AS (
                    UPDATE outbox SET published_at = NULL, stream_sequence = NULL, publication = publication + 1
                    WHERE published_at IS NOT NULL RETURNING 1
                )
                SELECT count(*) FROM lost
                """
            )
        if lost:
            log.warning("the stream %s is new: publishing %d events again", STREAM, lost)

    async def _find_lost(self, connection: asyncpg.Connection, client: Client) -> None:
        """Makes events that the stream no longer holds pending again. Raises StreamAhead (see _require_known)."""
        await self._recognize_stream(connection, client)
        last_published = await connection.fetch(
            """
            SELECT event_name,
                   (SELECT max(stream_sequence) FROM outbox WHERE outbox.event_name = own.event_name) AS sequence,
                   (SELECT stream_sequence FROM outbox_pruned WHERE outbox_pruned.event_name = own.event_name) AS pruned
            FROM unnest($1::text[]) AS own (event_name)
            """,
            [event.event_name() for event in EVENTS if event.service == self._service],
        )
        for row in last_published:
            last = await _last_message(client, f"ratebook.v1.{self._service}.{row['event_name']}")
            if last is not None and last.sequence > max(row["sequence"] or 0, row["pruned"] or 0):
                await self._require_known(connection, row["event_name"], last)
            held = last.sequence if last is not None else 0
            if held < (row["sequence"] or 0):
                status = await connection.execute(
                    """
                    UPDATE outbox SET published_at = NULL, stream_sequence = NULL, publication = publication + 1
                    WHERE event_name = $1 AND stream_sequence > $2
                    """,
                    row["event_name"],
                    held,
                )
                log.warning("the broker lost %s events after %d: %s", row["event_name"], held, status)

    async def _require_known(self, connection: asyncpg.Connection, event_name: str, last: "_Held") -> None:
        """Raises StreamAhead if the last message on a subject is an event of this incarnation that the outbox lacks.

        Then the database was restored to a moment before it published the event. It would give the ids of orders and
        runs that the others know again, to other orders. An event whose acknowledgement was lost is in the outbox.
        """
        try:
            stamp = Stamp.model_validate_json(last.data)
        except ValidationError:
            # Not an event of ours, or one from before there were incarnations.
            return
        if stamp.incarnation == self._incarnation and not await connection.fetchval(
            "SELECT EXISTS (SELECT FROM outbox WHERE event_id = $1 AND event_name = $2)", stamp.id, event_name
        ):
            raise StreamAhead(
                f"NATS holds events of {self._service} that its database does not have: the database was restored. Stop "
                "all services, run `ratebook restore-finish`, and start them again."
            )


def _answer_of(waiting: asyncio.Future[PubAck]) -> PubAck | BaseException | None:
    """The broker's answer so far, or None."""
    waiting.cancel()
    if waiting.cancelled():
        return None
    return waiting.exception() or waiting.result()


def _headers(row: asyncpg.Record, incarnation: UUID | None) -> dict[str, str]:
    # Publishing again needs a new id, or the broker would drop the message as a duplicate. After a restore, also what
    # waits in the outbox may have been published before.
    headers = {"Nats-Msg-Id": f"{row['event_id']}.{row['publication']}.{incarnation}"}
    if row["traceparent"]:
        headers["traceparent"] = row["traceparent"]
    return headers


@dataclass(frozen=True)
class _Held:
    """The last message that the stream holds on a subject."""

    sequence: int
    data: bytes
    age_days: float


async def _last_message(client: Client, subject: str) -> _Held | None:
    """The last message that the stream holds on `subject`, or None."""
    answer = await client.request(f"$JS.API.DIRECT.GET.{STREAM}.{subject}", b"", timeout=_ACKNOWLEDGE_SECONDS)
    headers = answer.headers or {}
    if headers.get("Status") == "404":
        return None
    # Nanoseconds are more than Python reads: "2026-11-29T12:00:00.123456789Z".
    stored_at = datetime.fromisoformat(headers["Nats-Time-Stamp"][:19] + "+00:00")
    return _Held(int(headers["Nats-Sequence"]), answer.data, (datetime.now(UTC) - stored_at) / timedelta(days=1))


def _is_time(known: str) -> bool:
    return "T" in known
