"""The connection to PostgreSQL is cut between a COMMIT and its answer: callers cannot know, and nothing is doubled."""

import random
import time
import uuid
from collections.abc import Iterator

import pytest

from deploy.local.client import Refused
from tests.faults.fire import require_whole
from tests.faults.proxy import Cut, Proxy, is_commit
from tests.faults.scene import Scene

pytestmark = pytest.mark.faults

ORDERS = 2_000
CUTS = 6


@pytest.fixture(scope="module")
def proxies(scene: Scene) -> Iterator[dict[str, Proxy]]:
    """Makes rating and receivables reach PostgreSQL through a proxy."""
    assert scene.suite.postgres is not None
    with Proxy(scene.suite.postgres.port) as rating, Proxy(scene.suite.postgres.port) as receivables:
        made = {"rating": rating, "receivables": receivables}
        for service, proxy in made.items():
            scene.suite.detours[service] = proxy.port
            scene.kill(service)
            scene.start_again(service)
        scene.suite.wait_ready("rating", "receivables")
        yield made


def sometimes(chance: random.Random, proxy: Proxy, cut: Cut) -> None:
    """Cuts one in eight of the commits that change something, up to a maximum."""
    proxy.cuts = 0

    def choose(sql: bytes, changed: bool) -> Cut:
        return cut if changed and is_commit(sql) and proxy.cuts < CUTS and chance.random() < 1 / 8 else None

    proxy.choice = choose


@pytest.mark.parametrize("cut", ["after", "before"])
def test_an_export_survives_commits_whose_answers_are_lost(
    scene: Scene, proxies: dict[str, Proxy], chance: random.Random, cut: Cut
) -> None:
    scene.seed(ORDERS)
    run_id, _ = scene.export()
    since = time.monotonic()
    for proxy in proxies.values():
        sometimes(chance, proxy, cut)
    outcome = scene.finish(run_id, since)
    for proxy in proxies.values():
        proxy.choice = None
    cuts = {service: proxy.cuts for service, proxy in proxies.items()}
    require_whole(scene, run_id, ORDERS, outcome)
    assert min(cuts.values()) >= 3, cuts
    print(f"connections cut {cut} COMMIT {cuts}: {outcome}", flush=True)


def cut_next(proxy: Proxy, cut: Cut) -> None:
    """Cuts only the next commit that changes something."""
    proxy.cuts = 0
    proxy.choice = lambda sql, changed: cut if changed and is_commit(sql) and proxy.cuts == 0 else None


@pytest.mark.parametrize("cut", ["after", "before"])
def test_a_command_without_an_answer_can_be_repeated(scene: Scene, proxies: dict[str, Proxy], cut: Cut) -> None:
    """An export and then a credit are refused with a code that says so, and repeating them does each once."""
    scene.seed(40)
    key = str(uuid.uuid4())
    cut_next(proxies["rating"], cut)
    with pytest.raises(Refused) as refused:
        scene.bill.post("/rating/exports", {}, idempotency_key=key)
    assert (refused.value.status, refused.value.code) == (503, "DATABASE_AWAY")
    done = scene.look("rating", "SELECT id FROM export_run WHERE finished_at IS NULL")
    since = time.monotonic()
    first, again = (scene.bill.post("/rating/exports", {}, idempotency_key=key) for _ in range(2))
    assert first == again
    require_whole(scene, first["id"], 40, scene.finish(first["id"], since))
    assert len(done) <= (cut == "after")

    (invoice,) = scene.look(
        "receivables", "SELECT max(id) AS id FROM ar_transaction WHERE type = 'invoice' AND receivable_type = 1"
    )
    cut_next(proxies["receivables"], cut)
    path, body = f"/receivables/invoices/{invoice['id']}/credits", {"disposition": "close", "reason": "cut"}
    with pytest.raises(Refused) as refused:
        scene.rita.post(path, body, idempotency_key=key)
    assert (refused.value.status, refused.value.code) == (503, "DATABASE_AWAY")
    credited = scene.rita.post(path, body, idempotency_key=key)["invoice"]
    assert len(credited["amendments"]) == 1
    assert scene.faults() == []
    print(f"export and credit cut {cut} COMMIT: 503 DATABASE_AWAY, repeated, done once, differences: 0", flush=True)
