"""Receivables is killed in the middle of posting a batch: the batch is posted once, completely, and without gaps."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.faults.scene import PATIENCE_SECONDS, Scene
from tests.faults.small_parts import PART_ENTRIES

pytestmark = pytest.mark.faults

INVOICES = 500
_LINES = (("Retainer", "120.00"), ("Copies", "12.55"))


@pytest.fixture(scope="module")
def scene(scene: Scene) -> Scene:
    """The scene with receivables posting in small parts."""
    scene.suite.modules["receivables"] = "tests.faults.small_parts"
    scene.kill("receivables")
    scene.start_again("receivables")
    scene.suite.wait_ready("receivables")
    return scene


def valid_batch(scene: Scene) -> str:
    """Creates and validates a batch of taxed invoices; returns its path."""
    rows = [f"{number},S1002,2026-11-10,{words},{net}" for number in range(INVOICES) for words, net in _LINES]
    content = "\n".join(["entry,customer,invoice_date,line_description,net", *rows]).encode()
    batch = scene.rita.post("/receivables/batches", {"ar_company": 1, "month": "2026-11"})
    path = f"/receivables/batches/{batch['id']}"
    scene.rita.upload(f"{path}/entries/import", content)
    scene.rita.post(f"{path}/validate", {})
    wait_for(lambda: scene.rita.get(path)["status"] in {"valid", "warnings"}, "the batch was not validated")
    return path


def wait_for(look: Any, words: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not look():
        assert time.monotonic() < deadline, words
        time.sleep(0.005)


def posted(scene: Scene, path: str) -> int:
    """The number of entries of the batch that are posted together with their transactions."""
    batch_id = int(path.rpartition("/")[2])
    (found,) = scene.look(
        "receivables",
        """
        SELECT (SELECT count(*) FROM batch_entry WHERE batch_id = $1 AND posted) AS entries,
               (SELECT count(*) FROM ar_transaction WHERE batch_id = $1) AS transactions
        """,
        batch_id,
    )
    assert found["entries"] == found["transactions"]
    return int(found["entries"])


@contextmanager
def numbers_held(scene: Scene) -> Iterator[None]:
    """Blocks transaction numbers, so that a posting stops with its lines written but not committed."""
    assert scene.suite.postgres is not None
    holder = scene.run(scene.suite.postgres.superuser("receivables"))
    scene.run(holder.execute("BEGIN"))
    held = "SELECT count(*) FROM (SELECT FROM number_series WHERE series LIKE 'transaction %' FOR UPDATE) AS held"
    assert scene.run(holder.fetchval(held)) > 0
    yield
    scene.run(holder.execute("ROLLBACK"))
    scene.run(holder.close())


def stands_still(scene: Scene) -> bool:
    waiting = scene.look(
        "receivables", "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%number_series%'"
    )
    return len(waiting) > 0


@pytest.mark.parametrize("aim", [0.0, 0.5, 0.9])
def test_receivables_is_killed_in_the_middle_of_a_part(scene: Scene, aim: float) -> None:
    scene.seed(1)
    scene.finish(scene.export()[0], time.monotonic())
    path = valid_batch(scene)
    if aim:
        scene.rita.post(f"{path}/post", {})
        wait_for(lambda: posted(scene, path) >= INVOICES * aim, f"the batch was not posted to {aim:.0%}")
        with numbers_held(scene):
            before = kill_standing(scene, path)
    else:
        with numbers_held(scene):
            scene.rita.post(f"{path}/post", {})
            before = kill_standing(scene, path)
    assert INVOICES * aim <= before < INVOICES, "killed after all was posted"
    assert before % PART_ENTRIES == 0
    assert posted(scene, path) == before, "a part that was not committed left something behind"
    since = time.monotonic()
    scene.start_again("receivables")
    wait_for(lambda: scene.insist(lambda: scene.rita.get(path))["status"] == "posted", "the batch was not posted")
    seconds = time.monotonic() - since
    batch = scene.rita.get(path)
    assert (batch["entries"], batch["transactions"]) == (INVOICES, INVOICES)
    assert batch["total"] == batch["entered"]
    assert scene.faults() == []
    print(f"killed after {before} of {INVOICES} invoices: posted {seconds:.1f} s later, differences 0", flush=True)


def kill_standing(scene: Scene, path: str) -> int:
    """Kills receivables while a part of the posting waits for its numbers; returns the number of posted entries."""
    wait_for(lambda: stands_still(scene), "no posting is waiting for its numbers")
    before = posted(scene, path)
    scene.kill("receivables")
    return before
