"""Access to NATS: connections that are checked, and the stream with its consumers."""

import logging
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, DiscardPolicy, RetentionPolicy, StreamConfig

from shared.contracts.event import STREAM, SUBJECTS
from shared.contracts.subscriptions import EXTERNAL, SUBSCRIPTIONS

log = logging.getLogger(__name__)

OLDEST_SERVER = (2, 11)
PAYLOAD_BYTES = 8 * 1024 * 1024
ACK_WAIT_SECONDS = 60
_DAY = 86_400


class BrokerUnfit(Exception):
    """The NATS server is not suitable for Ratebook's events; the message says what to change."""


async def connect(
    url: str, *, reconnect: bool, on_error: Callable[[Exception], Awaitable[None]] | None = None
) -> Client:
    """Connects as the user in `url` and checks that the server is suitable.

    Each user has an inbox prefix of its own (`_INBOX_<user>`), so that no user can read another's replies.
    """
    user = urlsplit(url).username or "anonymous"

    async def note_error(error: Exception) -> None:
        log.warning("NATS: %s", error)
        if on_error is not None:
            await on_error(error)

    client = await nats.connect(
        url,
        name=f"ratebook-{user}",
        inbox_prefix=f"_INBOX_{user}".encode(),
        allow_reconnect=reconnect,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.5,
        connect_timeout=5,
        ping_interval=10,
        max_outstanding_pings=2,
        error_cb=note_error,
    )
    try:
        check_server(client)
    except BrokerUnfit:
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


async def provision(client: Client) -> None:
    """Creates the stream and every durable consumer, or updates those that exist."""
    jetstream = client.jetstream()
    stream = StreamConfig(
        name=STREAM,
        subjects=[SUBJECTS],
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.NEW,
        max_age=90 * _DAY,
        duplicate_window=3600,
        allow_direct=True,
    )
    try:
        await jetstream.update_stream(stream)
    except NatsError:
        await jetstream.add_stream(stream)
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
