"""The demo with all processes: real PostgreSQL and NATS, the three services, and clerks who use the gateway."""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from pypdf import PdfReader

from deploy.local.client import Clerk
from deploy.local.home import Home
from deploy.local.sample import load_sample
from deploy.local.suite import Suite
from gateway.routes import SERVICES
from tests.system.conftest import Story


def test_the_ledgers_agree_after_the_main_job(story: Story) -> None:
    summary, _, _ = story
    assert summary == {
        "orders_rated": 985,
        "orders_failed": {"NO_PROFILE": 7, "REGION_REQUIRED": 8},
        "invoices": 862,
        "invoiced_total": "99728.52",
        "open_total": "99577.37",
        "differences": 0,
        "export_seconds": summary["export_seconds"],
        "rollups": 7,
        "commissions_owed": "32851.42",
    }


@pytest.mark.parametrize(
    "words",
    [
        "1,000 work orders imported",
        "Why W10471 costs $380.00",
        "on 7 draft roll-up invoices",
        "orders: over credit limit of 5000.00",
        "403 FORBIDDEN",
        "409 LOCKED_USE_CREDIT",
        "order W10003 of San Antonio is 404 NOT_FOUND",
        "status credited",
        "Tom Whitaker",
        "is now on invoice",
        "differences: 0",
    ],
)
def test_each_step_is_shown(story: Story, words: str) -> None:
    assert words in story[1]


def test_the_report_is_written_as_pdf_and_csv(story: Story) -> None:
    _, _, output = story
    assert len((output / "ready-to-export.csv").read_text().splitlines()) == 986
    first = PdfReader(output / "ready-to-export.pdf").pages[0].extract_text()
    assert "985 orders" in first
    assert "99,615.39" in first


async def test_rating_receives_the_balance_of_every_customer(suite: Suite, story: Story) -> None:
    """It is announced by an event, which may arrive a moment after the posting."""
    assert suite.postgres is not None
    rating, receivables = [await suite.postgres.superuser(name) for name in ("rating", "receivables")]
    sums = "SELECT sum(total) AS open_amount FROM ar_transaction GROUP BY customer_id"
    posted = f"SELECT count(*), sum(open_amount) FROM ({sums}) AS owed WHERE open_amount <> 0"
    heard = "SELECT count(*), sum(open_amount) FROM customer_account WHERE open_amount <> 0"
    deadline = time.monotonic() + 30
    while tuple(await rating.fetchrow(heard) or ()) != tuple(await receivables.fetchrow(posted) or ()):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)
    for connection in (rating, receivables):
        await connection.close()


async def test_an_idle_suite_hardly_queries_its_databases(suite: Suite, story: Story) -> None:
    """Jobs look once a second and are woken only by work; one that woke itself would never stop querying."""
    assert suite.postgres is not None
    connection = await suite.postgres.superuser()
    ended = "SELECT sum(xact_commit + xact_rollback) FROM pg_stat_database WHERE datname = ANY($1)"
    try:
        before = await connection.fetchval(ended, list(SERVICES))
        await asyncio.sleep(3)
        assert await connection.fetchval(ended, list(SERVICES)) - before < 500
    finally:
        await connection.close()


def test_the_gateway_refuses_callers_without_access(suite: Suite, story: Story) -> None:
    with httpx.Client(base_url=suite.gateway_url) as stranger:
        assert stranger.get("/api/v1/rating/work-orders").status_code == 401
        assert stranger.get("/api/v1/rating/nothing").status_code == 404
        assert stranger.get("/api/v1/rating//work-orders").status_code == 400
        assert stranger.put("/api/v1/rating/work-orders").status_code == 405
        assert stranger.get("/elsewhere").status_code == 404


def test_every_process_is_alive_and_ready(suite: Suite) -> None:
    for name, server in suite.servers.items():
        for path in ("/livez", "/startupz", "/readyz"):
            answer = httpx.get(server.url + path)
            assert answer.status_code == 200, (name, path, answer.text)
        assert set(answer.json()["checks"].values()) == {"ok"}


def test_a_service_trusts_only_the_gateway(suite: Suite, story: Story) -> None:
    answer = httpx.get(f"{suite.servers['rating'].url}/v1/work-orders")
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHENTICATED")


def test_one_request_has_one_id_in_every_log(suite: Suite, story: Story) -> None:
    bill = Clerk(suite.gateway_url, r"ALAMO\bill", suite.home.secrets.password_of(r"ALAMO\bill"))
    answer = bill.call("GET", "/rating/branches")
    request_id = answer.headers["x-request-id"]
    bill.close()
    for name in ("gateway", "rating"):
        _await_in_log(suite.home.path / f"{name}.log", request_id)


def _await_in_log(log: Path, request_id: str, seconds: float = 10) -> None:
    """Waits for the line, which is written after the answer was sent."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        lines = [json.loads(line) for line in log.read_text().splitlines() if line.endswith("}")]
        if any(line.get("request_id") == request_id for line in lines):
            return
        time.sleep(0.05)
    raise AssertionError(f"{log.name} has no line of request {request_id}")


def test_no_secret_is_in_any_log(suite: Suite, story: Story) -> None:
    kept = suite.home.secrets
    secrets = [kept.gateway_key, kept.security_key, *kept.postgres.values(), *kept.nats.values(), *kept.users.values()]
    for log in suite.home.path.rglob("*.log"):
        text = log.read_text(errors="replace")
        assert [secret for secret in secrets if secret in text] == [], log.name
        assert "Bearer " not in text, log.name


@pytest.mark.long
def test_the_suite_stops_and_finds_its_data_again(tmp_path: Path) -> None:
    for begin in (load_sample, _find_branches):
        with Home(tmp_path) as home:
            suite = Suite(home, durable=False)
            try:
                suite.start()
                begin(suite)
            finally:
                suite.stop()
            assert len(suite.find_stopped()) == 6


def _find_branches(suite: Suite) -> None:
    clerk = Clerk(suite.gateway_url, r"ALAMO\bill", suite.home.secrets.password_of(r"ALAMO\bill"))
    assert [one["code"] for one in clerk.get("/rating/branches")["items"]] == ["LAX", "MIA", "SAT"]
    clerk.close()


def test_up_ends_with_one_sentence_if_its_port_is_in_use(suite: Suite, tmp_path: Path) -> None:
    port = suite.gateway_url.rsplit(":", 1)[1]
    ended = subprocess.run(
        [sys.executable, "-m", "deploy.local", "up", "--port", port],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "RATEBOOK_HOME": str(tmp_path)},
    )
    assert ended.returncode == 1
    assert f"Port {port} is in use" in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr
