"""The broker: the permissions of its users, unsuitable brokers, and repeated provisioning."""

from pathlib import Path

import pytest

from deploy.local.nats import Nats
from shared.contracts.customer_changed import CustomerChanged
from shared.contracts.event import STREAM
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


async def _any_violation(errors: list[str]) -> bool:
    return any("permissions violation" in error for error in errors)


async def test_an_unsuitable_broker_is_refused_at_once(tmp_path: Path) -> None:
    from deploy.local.nats import _binary
    from deploy.local.process import free_port, start, wait_until

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
