"""Counting how often the broker's stream holds each event."""

import json
from collections import Counter
from contextlib import suppress
from uuid import UUID

from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from deploy.local.nats import Nats
from shared.contracts.event import STREAM, SUBJECTS
from shared.events import streams


async def count_events(broker: Nats) -> Counter[UUID]:
    """The number of times that the stream holds each event, by id; other messages are ignored."""
    client = await streams.connect(broker.url("provisioner"), reconnect=False)
    jetstream = client.jetstream()
    counted: Counter[UUID] = Counter()
    try:
        left = sum(((await jetstream.stream_info(STREAM, subjects_filter=SUBJECTS)).state.subjects or {}).values())
        reading = await jetstream.pull_subscribe(
            SUBJECTS,
            stream=STREAM,
            config=ConsumerConfig(ack_policy=AckPolicy.NONE, deliver_policy=DeliverPolicy.ALL, inactive_threshold=10),
        )
        while left > 0:
            messages = await reading.fetch(min(left, 256), timeout=5)
            left -= len(messages)
            for message in messages:
                with suppress(ValueError, KeyError):
                    counted[UUID(json.loads(message.data)["id"])] += 1
        await reading.unsubscribe()
    except NatsTimeoutError as error:
        raise AssertionError(f"the last {left} messages of the stream did not arrive") from error
    finally:
        await client.close()
    return counted
