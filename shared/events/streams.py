"""Access to NATS: connections that are checked, and the stream with its consumers."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, DiscardPolicy, RetentionPolicy, StreamConfig
from nats.js.errors import NotFoundError

from shared.contracts.event import MARKS, STREAM, SUBJECTS
from shared.contracts.subscriptions import EXTERNAL, SUBSCRIPTIONS

log = logging.getLogger(__name__)

OLDEST_SERVER = (2, 11)
PAYLOAD_BYTES = 8 * 1024 * 1024
ACK_WAIT_SECONDS = 60
CONNECT_SECONDS = 5.0
_DAY = 86_400
# Of the 20 GB in deploy/nats/ratebook.conf. When it is full, publishing is refused and events wait in the outboxes.
_MAX_BYTES = 16 * 1024**3
_PORT = 4222
_SCHEMES = {"nats", "tls"}
_COMPARED = ("subjects", "max_age", "max_bytes", "duplicate_window", "deny_delete", "deny_purge", "num_replicas")


class BrokerUnfit(Exception):
    """The NATS server is not suitable for Ratebook's events; the message says what to change."""


class ReplicasLowered(Exception):
    """Provisioning would keep each event on fewer servers than now."""


@dataclass(frozen=True)
class Address:
    """The servers of a NATS cluster, and the user to connect as."""

    servers: tuple[str, ...]
    user: str
    password: str = field(repr=False)


def read_address(url: str) -> Address:
    """Reads `nats://user:password@host1:4222,host2:4222,host3:4222`.

    Each address may also be a whole URL; the credentials are those of any of them. Raises BrokerUnfit, without the
    password.
    """
    servers: list[str] = []
    credentials: set[tuple[str, str]] = set()
    scheme = ""
    for one in url.split(","):
        parts = urlsplit(one.strip() if "://" in one else f"{scheme or 'nats'}://{one.strip()}")
        try:
            host, port = parts.hostname, parts.port or _PORT
        except ValueError:
            host, port = None, _PORT
        if not host or parts.scheme not in _SCHEMES:
            raise BrokerUnfit("NATS_URL must be nats://user:password@host:port, with commas between several host:port.")
        scheme = scheme or parts.scheme
        servers.append(f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}")
        if parts.username is not None:
            credentials.add((unquote(parts.username), unquote(parts.password or "")))
    if len(credentials) > 1:
        raise BrokerUnfit("NATS_URL has two different users: give one user, who may connect to all the servers.")
    user, password = credentials.pop() if credentials else ("anonymous", "")
    return Address(tuple(servers), user, password)


async def connect(
    url: str, *, reconnect: bool, on_error: Callable[[Exception], Awaitable[None]] | None = None
) -> Client:
    """Connects as the user in `url` (see `read_address`) and checks that the server is suitable.

    The first connection takes at most 5 s, whatever number of servers does not answer; then TimeoutError. With
    `reconnect`, a connection that breaks later is made again at whichever server answers, also at servers that the
    cluster has named since. Each user has an inbox prefix of its own (`_INBOX_<user>`), so that no user can read
    another's replies.
    """
    address = read_address(url)

    async def note_error(error: Exception) -> None:
        log.warning("NATS: %s", error)
        if on_error is not None:
            await on_error(error)

    client = Client()
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await client.connect(
                list(address.servers),
                name=f"ratebook-{address.user}",
                # As options, not in the URLs: servers that the cluster names later have no credentials in theirs.
                user=address.user,
                password=address.password,
                inbox_prefix=f"_INBOX_{address.user}".encode(),
                allow_reconnect=reconnect,
                max_reconnect_attempts=-1,
                reconnect_time_wait=0.5,  # type: ignore[arg-type] # nats-py says int, and only sleeps for it
                connect_timeout=2,
                ping_interval=10,
                max_outstanding_pings=2,
                error_cb=note_error,
            )
        check_server(client)
    except BaseException:
        await client.close()
        raise
    return client


def check_server(client: Client) -> None:
    """Raises BrokerUnfit for a server that is too old: it would silently ignore settings that Ratebook needs."""
    version = client.connected_server_version
    if (version.major, version.minor) < OLDEST_SERVER:
        wanted = ".".join(map(str, OLDEST_SERVER))
        raise BrokerUnfit(f"NATS {version.major}.{version.minor} is too old: use {wanted} or newer.")
    if client.max_payload < PAYLOAD_BYTES:
        raise BrokerUnfit(f"NATS limits messages to {client.max_payload} bytes: set max_payload to 8MB.")


async def provision(client: Client, *, replicas: int | None = None, force: bool = False) -> list[str]:
    """Creates the stream and every durable consumer, or updates those that exist; returns what it changed.

    `replicas` is the number of servers that keep each message; without it an existing stream keeps its own. Fewer than
    the stream has are refused with ReplicasLowered unless `force` is set.
    """
    jetstream = client.jetstream()
    try:
        known = (await jetstream.stream_info(STREAM)).config
    except NotFoundError:
        known = None
    kept = (known.num_replicas if known is not None else None) or 1
    if replicas is not None and replicas < kept and not force:
        raise ReplicasLowered(
            f"The stream has {kept} replicas, and {replicas} would be fewer: events could be lost with a server. "
            "Use --force if you mean it."
        )
    stream = StreamConfig(
        name=STREAM,
        subjects=[SUBJECTS, MARKS],
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.NEW,
        max_age=90 * _DAY,
        max_bytes=_MAX_BYTES,
        duplicate_window=3600,
        allow_direct=True,
        deny_delete=True,
        deny_purge=True,
        num_replicas=replicas or kept,
    )
    if known is None:
        await jetstream.add_stream(stream)
        changed = [f"stream {STREAM}: created, replicas {stream.num_replicas}"]
    else:
        await jetstream.update_stream(stream)
        changed = [
            f"stream {STREAM}: {name} {_shown(before)} → {_shown(after)}"
            for name in _COMPARED
            if _shown(before := getattr(known, name)) != _shown(after := getattr(stream, name))
        ]
    return [*changed, *await _provision_consumers(jetstream)]


async def _provision_consumers(jetstream: JetStreamContext) -> list[str]:
    known = {consumer.name for consumer in await jetstream.consumers_info(STREAM)}
    ours = {event.durable(service): event.subject() for service, events in SUBSCRIPTIONS.items() for event in events}
    for durable, subject in {**ours, **EXTERNAL}.items():
        # The broker does not limit deliveries: the consumer counts them and writes the dead letter itself, so that no
        # message is ever given up without a trace.
        await jetstream.add_consumer(
            STREAM,
            ConsumerConfig(
                durable_name=durable,
                filter_subject=subject,
                deliver_policy=DeliverPolicy.ALL,
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=ACK_WAIT_SECONDS,
                max_deliver=-1,
                max_ack_pending=2_000,
            ),
        )
    return [f"consumer {durable}: created" for durable in {**ours, **EXTERNAL} if durable not in known]


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    # The server answers whole seconds as 7776000.0.
    return f"{value:.0f}" if isinstance(value, float) else str(value)
