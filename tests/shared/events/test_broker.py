"""The broker: the permissions of its users, unsuitable brokers, and repeated provisioning."""

import asyncio
from pathlib import Path
from urllib.parse import quote

import pytest
from nats.js.errors import APIError

from deploy.local.nats import CONFIGURATION, USERS, Nats, _binary
from deploy.local.process import free_port, start, wait_until
from shared.contracts.customer_changed import CustomerChanged
from shared.contracts.event import STREAM
from shared.contracts.invoice_exported import InvoiceExported
from shared.contracts.work_order_rated import WorkOrderRated
from shared.events import streams
from tests.shared.events.stream import eventually, messages

SUBJECT = CustomerChanged.subject()


@pytest.mark.parametrize(
    ("user", "subject"),
    [
        ("rating", "ratebook.v1.receivables.invoice-exported"),
        ("receivables", "ratebook.v1.rating.work-order-rated"),
        ("security", "ratebook.v1.rating.work-order-rated"),
        ("gateway", "ratebook.v1.security.permissions-changed"),
        ("listener", "ratebook.v1.rating.work-order-rated"),
        ("rating", "$JS.API.STREAM.DELETE.RATEBOOK"),
        ("rating", "$JS.API.CONSUMER.MSG.NEXT.RATEBOOK.receivables-work-order-rated"),
        ("receivables", "$JS.API.DIRECT.GET.RATEBOOK.ratebook.v1.rating.work-order-rated"),
    ],
)
async def test_each_user_may_do_only_what_it_must(broker: Nats, user: str, subject: str) -> None:
    violations: list[str] = []

    async def note(error: Exception) -> None:
        violations.append(str(error))

    client = await streams.connect(broker.url(user), reconnect=False, on_error=note)
    await client.publish(subject, b"{}")
    await eventually(lambda: _any_violation(violations), wanted=True)
    await client.close()
    assert await messages(broker) == 0


@pytest.mark.parametrize(
    ("user", "durable"),
    [("listener", "listener"), ("rating", "rating-customer-changed"), ("rating", "rating-invoice-exported")],
)
async def test_an_answer_reaches_no_subject_of_anybody_else(broker: Nats, user: str, durable: str) -> None:
    """The server checks no permissions where an answer goes: here the name of the answer is the attack."""
    subjects = [SUBJECT, InvoiceExported.subject()] * 10
    await _publish(broker, "receivables", *subjects)
    client = await streams.connect(broker.url(user), reconnect=False)
    own = await client.subscribe(f"_INBOX_{user}.own")
    pull = f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{durable}"
    for target in (
        WorkOrderRated.subject(),
        CustomerChanged.subject(),
        "ratebook.relay.v1.receivables",
        f"$JS.API.STREAM.DELETE.{STREAM}",
        f"$JS.API.CONSUMER.DELETE.{STREAM}.receivables-work-order-rated",
    ):
        if target.startswith(f"ratebook.v1.{user}."):
            continue
        await client.publish(pull, b'{"batch": 1, "no_wait": true}', target)
        await client.publish(pull, b'{"batch": 1, "no_wait": true}', own.subject)
        acknowledge = (await own.next_msg(timeout=5)).reply
        await client.publish(acknowledge, b"+ACK", target)
        await client.publish(pull, b"no request", target)
        await client.flush()
    # What the server has not done by now, it does not do: this answer comes after all of those.
    await asyncio.sleep(0.2)
    await client.close()
    assert await messages(broker) == len(subjects)
    provisioner = await streams.connect(broker.url("provisioner"), reconnect=False)
    consumers = {consumer.name for consumer in await provisioner.jetstream().consumers_info(STREAM)}
    await provisioner.close()
    assert {"listener", "receivables-work-order-rated", "rating-customer-changed"} <= consumers


async def _publish(broker: Nats, user: str, *subjects: str) -> None:
    client = await streams.connect(broker.url(user), reconnect=False)
    for subject in subjects:
        await client.jetstream().publish(subject, b"{}")
    await client.close()


async def test_nothing_can_be_removed_from_the_stream(broker: Nats) -> None:
    await _publish(broker, "receivables", SUBJECT)
    client = await streams.connect(broker.url("provisioner"), reconnect=False)
    with pytest.raises(APIError, match="not permitted"):
        await client.jetstream().purge_stream(STREAM)
    with pytest.raises(APIError, match="not permitted"):
        await client.jetstream().delete_msg(STREAM, 1)
    assert (await client.jetstream().stream_info(STREAM)).config.max_bytes == 16 * 1024**3
    await client.close()


async def test_the_configuration_runs_with_the_variables_of_the_example(tmp_path: Path) -> None:
    example = (CONFIGURATION.parent / "nats.env.example").read_text()
    passwords = {user: f"{number}e7 {user}" for number, user in enumerate(USERS)}
    for user, password in passwords.items():
        example = example.replace(
            f"NATS_{user.upper()}_PASSWORD='\"change-me\"'", f"NATS_{user.upper()}_PASSWORD='\"{password}\"'"
        )
    assert "change-me" not in example
    variables = tmp_path / "nats.env"
    variables.write_text(example.replace("/var/lib/nats", str(tmp_path / "store")))
    port = free_port()
    ports = tmp_path / "ports"
    ports.mkdir()
    server = f"exec {_binary()} -c {CONFIGURATION} -a 127.0.0.1 -p {port} --ports_file_dir {ports}"
    child = start("NATS", ["sh", "-c", f"set -a; . {variables}; {server}"], tmp_path / "nats.log")
    try:
        wait_until(child, lambda: any(ports.iterdir()))
        for user, password in passwords.items():
            client = await streams.connect(f"nats://{user}:{quote(password)}@127.0.0.1:{port}", reconnect=False)
            await client.close()
    finally:
        child.stop()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://rating:secret@h", "must be nats://"),
        ("nats://rating:secret@", "must be nats://"),
        ("nats://rating:secret@h:seven", "must be nats://"),
        ("nats://rating:secret@h1,nats://receivables:secret@h2", "two different users"),
    ],
)
def test_an_address_that_cannot_be_read_is_refused_without_its_password(url: str, said: str) -> None:
    with pytest.raises(streams.BrokerUnfit, match=said) as refused:
        streams.read_address(url)
    assert "secret" not in str(refused.value)


def test_an_address_names_several_servers_and_one_user() -> None:
    address = streams.read_address("nats://rating:a%2Cb@h1:4222,h2, nats://h3:4333")
    assert address.servers == ("nats://h1:4222", "nats://h2:4222", "nats://h3:4333")
    assert (address.user, address.password) == ("rating", "a,b")
    assert "a,b" not in repr(address)


async def _any_violation(errors: list[str]) -> bool:
    return any("permissions violation" in error for error in errors)


async def test_an_unsuitable_broker_is_refused_at_once(tmp_path: Path) -> None:
    port = free_port()
    command = [_binary(), "-a", "127.0.0.1", "-p", str(port), "--ports_file_dir", str(tmp_path)]
    child = start("NATS", command, tmp_path / "nats.log")
    wait_until(child, lambda: any(tmp_path.glob("*.ports")))
    try:
        with pytest.raises(streams.BrokerUnfit, match="max_payload"):
            await streams.connect(f"nats://anyone:x@127.0.0.1:{port}", reconnect=False)
    finally:
        child.stop()


async def test_provisioning_again_changes_nothing(broker: Nats) -> None:
    await broker.provision()
    client = await streams.connect(broker.url("provisioner"), reconnect=False)
    names = {consumer.name for consumer in await client.jetstream().consumers_info(STREAM)}
    await client.close()
    assert "rating-customer-changed" in names
