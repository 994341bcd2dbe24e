"""Names and texts that are programs elsewhere are only text here, and pages of others can do nothing with a session."""

import csv
import io
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import expect

from deploy.local.client import Clerk
from deploy.local.sample import SAMPLE
from deploy.local.suite import Suite
from tests.console.pages.desks import SitDown, suite_for_browsers

pytestmark = pytest.mark.console
ADMIN = r"ALAMO\admin"
HOSTILE = (
    '<img src=x onerror="window.hit=1">',
    '"><svg onload=window.hit=1>',
    "javascript:window.hit=1",
    "{{constructor.constructor('window.hit=1')()}}",
    "<script>window.hit=1</script>",
)
PAGES = (
    *(
        "",
        "work-orders",
        "work-orders/1",
        "rating-runs",
        "rating-runs/1",
        "coverage",
        "rate-tables",
        "rollups",
        "ready",
    ),
    *(
        "exports",
        "exports/1",
        "wip",
        "commissions",
        "batches",
        "batches/{batch}",
        "batches/{batch}/entries/1",
        "write-offs",
    ),
    *("invoices", "invoices/1", "invoices/2/credit", "credit-requests", "emails"),
    *("security/groups", "security/groups/1", "security/users", "security/audit"),
)
SHOWN = {
    "work-orders": HOSTILE[0],
    "work-orders/1": HOSTILE[0],
    "invoices": HOSTILE[1],
    "invoices/1": HOSTILE[4],
    "batches": HOSTILE[0],
    "security/users": HOSTILE[1],
}
"""What must be seen, word for word."""


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    """A suite whose customers, orders, batches and users have such names."""
    with suite_for_browsers(tmp_path_factory.mktemp("suite")) as running:
        with closing(Clerk(running.gateway_url, ADMIN, running.home.secrets.password_of(ADMIN))) as clerk:
            fill(clerk)
        yield running


def fill(clerk: Clerk) -> None:
    clerk.upload("/receivables/customers/import", changed("customers.csv", name=HOSTILE[1]))
    clerk.upload("/rating/work-orders/import", changed("work-orders.csv", case_title=HOSTILE[0], reference=HOSTILE[3]))
    for job in ("/rating/rating-runs", "/rating/exports"):
        run = clerk.post(job, {})
        while clerk.get(f"{job}/{run['id']}")["finished_at"] is None:
            time.sleep(0.2)
    clerk.post("/receivables/invoices/1/credits", {"reason": HOSTILE[4], "lines": [{"line": 1, "amount": "1.00"}]})
    month = time.strftime("%Y-%m")
    batch = clerk.post("/receivables/batches", {"ar_company": 1, "month": month, "description": HOSTILE[0]})
    lines = [{"net": "1.00", "description": HOSTILE[0]}]
    entry = {"customer": "S1001", "description": HOSTILE[2], "lines": lines}
    clerk.post(f"/receivables/batches/{batch['id']}/entries", entry)
    user = {"name": r"ALAMO\guest", "display_name": HOSTILE[1], "active": True}
    clerk.post("/security/users", user)


def changed(file: str, **values: str) -> bytes:
    """A file of the sample company with these values in each of its first 20 rows."""
    rows = list(csv.DictReader(io.StringIO((SAMPLE / file).read_text())))[:20]
    written = io.StringIO()
    writer = csv.DictWriter(written, list(rows[0]))
    writer.writeheader()
    writer.writerows({**row, **values} for row in rows)
    return written.getvalue().encode()


def test_every_page_shows_them_as_text(sitting: SitDown, suite: Suite) -> None:
    with closing(Clerk(suite.gateway_url, ADMIN, suite.home.secrets.password_of(ADMIN))) as clerk:
        batches = clerk.get("/receivables/batches")["items"]
    (batch,) = [batch for batch in batches if batch["description"] == HOSTILE[0]]
    desk = sitting(ADMIN)
    for address in PAGES:
        desk.open(address.format(batch=batch["id"]))
        desk.page.wait_for_load_state("networkidle")
        expect(desk.page.get_by_role("heading", level=1)).to_be_visible()
        if address in SHOWN:
            expect(desk.page.get_by_role("main").get_by_text(SHOWN[address]).first).to_be_visible()
        assert desk.page.evaluate("window.hit") is None, address


def test_a_page_of_somebody_else_sends_nothing_and_shows_nothing(sitting: SitDown, suite: Suite) -> None:
    desk = sitting(ADMIN)
    page = desk.page
    gateway = suite.gateway_url
    hostile = f"""<iframe src="{gateway}/console/"></iframe>
        <form action="{gateway}/api/v1/rating/rating-runs" method="post" enctype="text/plain"><input name='{{"a":"' value='"}}'></form>
        <script>document.forms[0].submit()</script>"""
    page.route("http://elsewhere.example/", lambda route: route.fulfill(body=hostile, content_type="text/html"))
    with page.expect_response(lambda answer: answer.url.endswith("/rating-runs")) as sent:
        page.goto("http://elsewhere.example/")
    assert sent.value.status in {401, 403, 415}
    with closing(Clerk(gateway, ADMIN, suite.home.secrets.password_of(ADMIN))) as clerk:
        assert len(clerk.get("/rating/rating-runs")["items"]) == 1
    # The frame stays empty: its page may not be shown inside another.
    desk.errors.clear()
