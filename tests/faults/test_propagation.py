"""Granting or revoking a right takes effect at the gateway at once, and soon even without the broker."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from deploy.local.client import Clerk
from deploy.local.suite import ADMINISTRATOR
from tests.bench.figures import percentile
from tests.faults.scene import Scene

pytestmark = pytest.mark.faults

CHANGES, CHANGES_WITHOUT_BROKER = 100, 12
AT_ONCE_SECONDS, WITHOUT_BROKER_SECONDS, TRUSTED_SECONDS = 1.0, 6.0, 60.0
# The last request may have been sent up to one poll before everything was cut.
POLL_SECONDS = 5.0
PATIENCE_SECONDS = 15.0


class Clerks:
    """A clerk whose right depends on a group, and the administrator who adds the clerk to it and removes them."""

    def __init__(self, scene: Scene):
        self.suite = scene.suite
        secrets = self.suite.home.secrets
        self.admin = Clerk(self.suite.gateway_url, ADMINISTRATOR, secrets.password_of(ADMINISTRATOR))
        name = f"ALAMO\\p{time.time_ns()}"
        password = "correct horse battery"
        user = self.admin.post("/security/users", {"name": name, "display_name": "P"})["id"]
        self.admin.call("PUT", f"/security/users/{user}/password", json={"password": password, "must_change": False})
        grants = [{"feature": "rating.rate_tables", "level": "view"}]
        group = self.admin.post("/security/groups", {"name": f"Group of {name}", "grants": grants})["id"]
        self._membership = f"/security/groups/{group}/members/{user}"
        token = httpx.post(
            f"{self.suite.gateway_url}/api/v1/security/tokens", json={"user": name, "password": password}
        )
        headers = {"authorization": f"Bearer {token.json()['access_token']}"}
        self._http = httpx.Client(base_url=f"{self.suite.gateway_url}/api/v1", headers=headers, timeout=10)

    def close(self) -> None:
        self.admin.close()
        self._http.close()

    def status(self) -> int:
        return self._http.get("/rating/branches").status_code

    def change(self, *, may: bool) -> float:
        """Grants or revokes the right; returns the seconds from the administrator's answer until it takes effect."""
        self.admin.call("PUT" if may else "DELETE", self._membership)
        answered_at = time.monotonic()
        wanted = 200 if may else 403
        while self.status() != wanted:
            assert time.monotonic() - answered_at < PATIENCE_SECONDS, "the change never arrived"
            time.sleep(0.01)
        return time.monotonic() - answered_at


@pytest.fixture
def clerks(scene: Scene) -> Iterator[Clerks]:
    made = Clerks(scene)
    yield made
    made.close()


@contextmanager
def without_broker(scene: Scene) -> Iterator[None]:
    assert scene.suite.nats is not None
    scene.suite.nats.stop()
    try:
        yield
    finally:
        scene.suite.start_nats()


def test_changes_count_within_a_second(clerks: Clerks) -> None:
    taken = [clerks.change(may=number % 2 == 0) for number in range(CHANGES)]
    print(f"{CHANGES} changes: median {percentile(taken, 0.5):.3f} s, p99 {percentile(taken, 0.99):.3f} s", flush=True)
    assert percentile(taken, 0.99) < AT_ONCE_SECONDS


def test_without_the_broker_changes_count_with_the_next_poll(scene: Scene, clerks: Clerks) -> None:
    with without_broker(scene):
        taken = [clerks.change(may=number % 2 == 0) for number in range(CHANGES_WITHOUT_BROKER)]
    print(
        f"{len(taken)} changes without NATS: median {percentile(taken, 0.5):.2f} s, slowest {max(taken):.2f} s",
        flush=True,
    )
    assert max(taken) < WITHOUT_BROKER_SECONDS


def test_old_permissions_are_not_trusted_for_longer_than_a_minute(scene: Scene, clerks: Clerks) -> None:
    clerks.change(may=True)
    with without_broker(scene):
        scene.suite.servers["security"].child.kill()
        cut_at = time.monotonic()
        try:
            while (status := clerks.status()) == 200:
                assert time.monotonic() - cut_at < TRUSTED_SECONDS + 1
                time.sleep(0.1)
            refused_after = time.monotonic() - cut_at
            print(f"refused {refused_after:.1f} s after everything was cut", flush=True)
            assert status == 503
            assert refused_after > TRUSTED_SECONDS - POLL_SECONDS - 2
            for _ in range(20):
                assert clerks.status() == 503
                time.sleep(0.1)
        finally:
            scene.suite.start_server("security")
            scene.suite.wait_ready("security")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while clerks.status() != 200:
        assert time.monotonic() < deadline, "the gateway did not reach security again"
        time.sleep(0.1)
