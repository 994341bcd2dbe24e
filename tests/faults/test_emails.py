"""Receivables is killed while it sends invoices: each is sent, and only the one in progress may arrive twice."""

import time
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.faults.scene import PATIENCE_SECONDS, Scene
from tests.fixtures.post_office import PostOffice, open_post_office

pytestmark = pytest.mark.faults

INVOICES = 40
KILLS = (0.25, 0.5, 0.75)


@pytest.fixture
def office(scene: Scene) -> Iterator[PostOffice]:
    """A slow mail server; receivables is restarted with its address."""
    with open_post_office() as office:
        office.seconds_each = 0.05
        scene.suite.further_settings["receivables"] = {
            "RECEIVABLES_SMTP_HOST": "127.0.0.1",
            "RECEIVABLES_SMTP_PORT": str(office.port),
            "RECEIVABLES_SMTP_SECURITY": "none",
            "RECEIVABLES_MAIL_FROM": "billing@alamo.example",
        }
        start_again(scene)
        yield office


def start_again(scene: Scene) -> None:
    scene.kill("receivables")
    scene.start_again("receivables")
    scene.suite.wait_ready("receivables")


def wait_for_mail(office: PostOffice, count: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len({message["Message-ID"] for message in office.taken}) < count:
        assert time.monotonic() < deadline, f"only {len(office.taken)} of {count} messages came"
        time.sleep(0.005)


def test_receivables_is_killed_three_times_while_it_sends_invoices(scene: Scene, office: PostOffice) -> None:
    rows = [f"{number},S1002,2026-11-10,10.00" for number in range(INVOICES)]
    batch = scene.rita.post("/receivables/batches", {"ar_company": 1, "month": "2026-11"})
    path = f"/receivables/batches/{batch['id']}"
    scene.rita.upload(f"{path}/entries/import", "\n".join(["entry,customer,invoice_date,net", *rows]).encode())
    for step, done in (("validate", {"valid", "warnings"}), ("post", {"posted"})):
        scene.rita.post(f"{path}/{step}", {})
        deadline = time.monotonic() + PATIENCE_SECONDS
        while scene.rita.get(path)["status"] not in done:
            assert time.monotonic() < deadline, f"the batch does not become {done}"
            time.sleep(0.05)
    asked = scene.rita.post("/receivables/invoice-emails", {"batch_id": batch["id"]})
    assert asked["waiting"] == INVOICES
    for part in KILLS:
        wait_for_mail(office, int(INVOICES * part))
        start_again(scene)
    wait_for_mail(office, INVOICES)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (
        scene.insist(lambda: scene.rita.get("/receivables/invoice-emails", status="sent"))["totals"]["count"] < INVOICES
    ):
        assert time.monotonic() < deadline, "not all e-mails are marked as sent"
        time.sleep(0.05)
    arrived = Counter(str(message["Message-ID"]) for message in office.taken)
    twice = [message_id for message_id, times in arrived.items() if times > 1]
    assert len(arrived) == INVOICES
    assert len({str(message["Subject"]) for message in office.taken}) == INVOICES
    assert len(twice) <= len(KILLS)
    assert max(arrived.values()) <= 1 + len(KILLS)
    print(
        f"killed {len(KILLS)} times: {INVOICES} invoices sent, {len(twice)} arrived twice as the same message",
        flush=True,
    )
