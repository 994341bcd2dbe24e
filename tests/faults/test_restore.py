"""The databases go back to the middle of an export, while NATS holds messages of orders that no longer exist."""

import os
import shutil
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import httpx
import pytest

from deploy.local.home import ROOT
from deploy.local.postgres import SERVICES
from deploy.local.reconcile import differences_between
from tests.faults.scene import Scene

pytestmark = pytest.mark.faults

ORDERS = 400
UNDONE = 100
PROCESSES = ("gateway", "rating", "receivables", "security")


def copy_databases(scene: Scene, backup: Path) -> None:
    """Copies the data directory of the killed server: with its WAL that is what a base backup is."""
    scene.kill("PostgreSQL")
    shutil.copytree(scene.suite.home.path / "postgres", backup, symlinks=True)
    scene.start_again("PostgreSQL")


def restore_databases(scene: Scene, backup: Path) -> None:
    scene.kill("PostgreSQL")
    data = scene.suite.home.path / "postgres"
    shutil.rmtree(data)
    shutil.copytree(backup, data, symlinks=True)
    scene.start_again("PostgreSQL")


def restore_finish(scene: Scene) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy.command", "restore-finish"],
        cwd=ROOT,
        env={**os.environ, **scene.suite.operators_environment()},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def said_by_loops(scene: Scene, service: str) -> str:
    try:
        checks = httpx.get(f"{scene.suite.servers[service].url}/readyz", timeout=5).json()["checks"]
    except httpx.HTTPError:
        return ""
    said: str = checks.get("loops", "")
    return said


def wait(look: partial[bool], words: str) -> None:
    deadline = time.monotonic() + 60
    while not look():
        assert time.monotonic() < deadline, words
        time.sleep(0.05)


def published(scene: Scene, run_id: int) -> bool:
    """Whether rating has published everything that it asks of receivables in a run."""
    (row,) = scene.look(
        "rating",
        """
        SELECT (SELECT status = 'waiting' FROM export_run WHERE id = $1)
           AND NOT EXISTS (SELECT FROM outbox WHERE published_at IS NULL) AS done
        """,
        run_id,
    )
    return bool(row["done"])


def test_nothing_of_what_a_restore_undoes_is_ever_booked(scene: Scene, tmp_path: Path) -> None:
    scene.seed(ORDERS)
    first, _ = scene.export()
    scene.wait_settled(first, 0.3)
    copy_databases(scene, tmp_path / "backup")
    scene.finish(first, time.monotonic())

    # What the restore will undo: orders whose export receivables has not read.
    undone = scene.seed(UNDONE)
    scene.kill("receivables")
    second, _ = scene.export()
    wait(partial(published, scene, second), "rating did not publish the second export")
    for process in ("gateway", "rating", "security"):
        scene.kill(process)
    restore_databases(scene, tmp_path / "backup")
    assert 0.2 < scene.settled(first) < 1

    # The step is left out: rating publishes nothing, and says why.
    scene.start_again("rating")
    wait(partial(_names_the_step, scene), "rating does not say that the step was left out")
    refused = restore_finish(scene)
    assert (refused.returncode, refused.stderr.startswith("rating is running: ")) == (1, True)
    scene.kill("rating")

    finished = restore_finish(scene)
    assert finished.returncode == 0, finished.stderr
    for process in PROCESSES[::-1]:
        scene.start_again(process)
    scene.suite.wait_ready()
    scene._until(lambda: scene.settled(first) == 1.0, "the first export did not end after the restore")
    fresh = scene.seed(UNDONE)
    again, _ = scene.export()
    assert again == second
    scene._until(lambda: scene.settled(again) == 1.0, "the second export did not end after the restore")

    run = scene.insist(lambda: scene.bill.get(f"/rating/exports/{again}"))
    assert (run["status"], run["exported"], run["refused"]) == ("done", UNDONE, 0)
    assert numbers(scene, f"{undone}%") == []
    assert numbers(scene, f"{fresh}%") == [
        tuple(row)
        for row in scene.look(
            "rating", "SELECT id, number FROM work_order WHERE number LIKE $1 ORDER BY id", f"{fresh}%"
        )
    ]
    assert set_aside(scene) > 0
    wait(partial(_reconciled, scene), "the ledgers differ after the restore")


def _names_the_step(scene: Scene) -> bool:
    return "run `ratebook restore-finish`" in said_by_loops(scene, "rating")


def _reconciled(scene: Scene) -> bool:
    ours = scene.insist(lambda: scene.bill.get("/rating/reconciliation"))
    theirs = scene.insist(lambda: scene.rita.get("/receivables/reconciliation"))
    return differences_between(ours, theirs) == []


def numbers(scene: Scene, pattern: str) -> list[tuple[int, str]]:
    """The orders with such numbers on posted invoices."""
    rows = scene.look(
        "receivables",
        "SELECT DISTINCT work_order_id, work_order_number FROM ar_line WHERE work_order_number LIKE $1 ORDER BY 1",
        pattern,
    )
    return [tuple(row) for row in rows]


def set_aside(scene: Scene) -> int:
    """The export requests of before the restore that receivables has set aside. No service has other dead letters."""
    counted = 0
    for service in SERVICES:
        for row in scene.look(service, "SELECT consumer, reason FROM dead_letter"):
            assert "was restored" in row["reason"]
            counted += row["consumer"] == "receivables-invoice-export-requested"
    return counted
