"""A NATS cluster of three: a dead server stops nothing, and provisioning keeps what it finds."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError

from deploy.local.nats import Nats, start_nats
from deploy.local.process import free_port
from shared.contracts.customer_changed import CustomerChanged
from shared.contracts.event import STREAM
from shared.database.pool import Database
from shared.events import outbox, streams
from shared.events.relay import Relay
from shared.process.background import running
from tests.shared.events.stream import eventually, messages

pytestmark = pytest.mark.long

_SECONDS = 30


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[list[Nats]]:
    """Three servers of one cluster with the product's configuration."""
    routes = [free_port() for _ in range(3)]
    passwords: dict[str, str] = {}
    with ExitStack() as stopping:
        started = []
        for number, route in enumerate(routes):
            others = ",".join(f"nats://127.0.0.1:{port}" for port in routes)
            cluster = ("-n", f"node-{number}", "--cluster_name", "tests", "--cluster", f"nats://127.0.0.1:{route}")
            one = start_nats(tmp_path / str(number), passwords, options=(*cluster, "--routes", others))
            stopping.callback(one.stop)
            started.append(one)
        yield started


@pytest.fixture
async def nodes(servers: list[Nats]) -> list[Nats]:
    """The servers with a stream that each of them keeps."""

    client = await streams.connect(address(servers, "provisioner"), reconnect=True)

    async def elected() -> bool:
        with suppress(NatsError):
            answer = await client.request("$JS.API.INFO", b"", timeout=0.2)
            return "error" not in json.loads(answer.data)
        return False

    try:
        await eventually(elected, wanted=True, seconds=_SECONDS)
        await streams.provision(client, replicas=3)
    finally:
        await client.close()
    return servers


def address(servers: list[Nats], user: str) -> str:
    """One URL with all of them, as in NATS_URL."""
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in servers)
    return f"nats://{user}:{servers[0].passwords[user]}@{hosts}"


async def append(database: Database, count: int) -> None:
    for number in range(count):
        async with database.transaction() as session:
            event = CustomerChanged(
                ar_company=1, number=f"S{number}", version=1, name="A", status="active", customer_type="LAW"
            )
            await outbox.append(session, event)


async def held(broker: Nats) -> int:
    """The events in the stream; -1 while the cluster elects a leader."""
    try:
        return await messages(broker)
    except NatsError:
        return -1


async def test_events_leave_while_a_server_is_dead(receivables_database: Database, nodes: list[Nats]) -> None:
    relay = Relay("receivables", receivables_database, address(nodes, "receivables"))
    async with running({"relay": relay.run}):
        await append(receivables_database, 20)
        await eventually(lambda: held(nodes[0]), 20, seconds=_SECONDS)
        nodes[1].child.kill()
        await append(receivables_database, 20)
        await eventually(lambda: held(nodes[0]), 40, seconds=_SECONDS)


@pytest.mark.long
async def test_an_instance_that_reaches_no_server_leaves_the_work_to_another(
    receivables_database: Database, nodes: list[Nats]
) -> None:
    nodes[1].child.kill()
    cut_off = Relay("receivables", receivables_database, address([nodes[1]], "receivables"))
    other = Relay("receivables", receivables_database, address([nodes[0], nodes[2]], "receivables"))
    async with running({"cut off": cut_off.run}):
        await asyncio.sleep(0.5)
        await append(receivables_database, 5)
        async with running({"other": other.run}):
            await eventually(lambda: held(nodes[0]), 5, seconds=_SECONDS)


async def test_a_server_that_the_cluster_named_later_knows_the_user(nodes: list[Nats]) -> None:
    """The URL names one server; when that is gone, the client connects to those it has heard of, with its password."""
    client = await streams.connect(address([nodes[0]], "rating"), reconnect=True)
    await eventually(lambda: _named(client), 2)
    nodes[0].child.kill()
    await eventually(lambda: _connected(client, nodes[0].port), wanted=True, seconds=_SECONDS)
    await client.close()


async def _named(client: Client) -> int:
    return len(client.discovered_servers)


async def _connected(client: Client, dead_port: int) -> bool:
    url = client.connected_url
    return client.is_connected and url is not None and url.port != dead_port


async def test_provisioning_keeps_the_replicas_and_says_what_it_changes(nodes: list[Nats]) -> None:
    client = await streams.connect(address(nodes, "provisioner"), reconnect=False)
    assert await streams.provision(client) == []
    assert (await client.jetstream().stream_info(STREAM)).config.num_replicas == 3
    with pytest.raises(streams.ReplicasLowered, match="has 3 replicas, and 1 would be fewer"):
        await streams.provision(client, replicas=1)
    assert await streams.provision(client, replicas=1, force=True) == ["stream RATEBOOK: num_replicas 3 → 1"]
    await client.close()


@pytest.mark.long
async def test_a_cluster_that_does_not_answer_is_given_up_after_five_seconds() -> None:
    dead = ",".join(f"127.0.0.1:{free_port()}" for _ in range(5))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(streams.connect(f"nats://rating:x@{dead}", reconnect=True), 8)
