"""The page of a customer, as a clerk reads it on the phone."""

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import expect

from deploy.local.client import Clerk
from deploy.local.suite import Suite
from tests.console.pages.desks import SitDown, enter_orders, look_at, suite_for_browsers
from tests.console.pages.entries import RITA, enter, new_batch, post_batch

pytestmark = pytest.mark.console


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    """A suite of these tests' own, with the sample's work orders and a customer over the credit limit."""
    with suite_for_browsers(tmp_path_factory.mktemp("suite")) as running:
        enter_orders(running)
        with closing(Clerk(running.gateway_url, RITA, running.home.secrets.password_of(RITA))) as rita:
            batch_id = new_batch(rita)
            for due in ("2026-12-31", "2026-12-20"):
                enter(rita, batch_id, customer="S1001", due_on=due, lines=[{"net": "15000.00", "tax_code": None}])
            enter(rita, batch_id, customer="S1003", lines=[{"net": "10.00", "tax_code": None}])
            post_batch(rita, batch_id)
        yield running


def test_what_a_customer_owes_leads_to_the_documents(sitting: SitDown) -> None:
    desk = sitting(RITA)
    page = desk.page
    desk.open("customers")
    page.get_by_role("button", name="Over their credit limit").click()
    expect(page.get_by_role("status")).to_contain_text("1 customer")
    page.get_by_role("searchbox").fill("harlan")
    table = page.get_by_role("grid", name="Customers")
    expect(table.get_by_role("row")).to_have_count(2)
    table.get_by_text("S1001").dblclick()
    expect(page.get_by_role("heading", name="S1001 Harlan & Ruiz LLP")).to_be_visible()
    head = page.get_by_role("status")
    expect(head).to_contain_text("open 30,000.00 (2 invoices)")
    expect(head).to_contain_text("limit 25,000.00, exposure 30,000.00")
    expect(head).to_contain_text("5,000.00 over")
    # The earliest due date first, or last.
    items = page.get_by_role("grid", name="Open items").get_by_role("row")
    expect(items.nth(1)).to_contain_text("12-20")
    page.get_by_role("grid", name="Open items").get_by_role("button", name=re.compile("^Due")).click()
    expect(items.nth(1)).to_contain_text("12-31")
    page.get_by_role("tab", name="Orders").click()
    expect(page).to_have_url(re.compile("tab=orders"))
    order = page.get_by_role("grid", name="Orders").get_by_role("row").nth(1)
    expect(order).to_contain_text("open")
    page.get_by_role("tab", name="History").click()
    expect(page.get_by_role("region", name="History")).to_contain_text("by ALAMO")
    page.go_back()
    page.go_forward()
    page.get_by_role("tab", name="All invoices").click()
    row = page.get_by_role("grid", name="Invoices").get_by_role("row").nth(1)
    expect(row).to_contain_text("15,000.00")
    row.dblclick()
    expect(page).to_have_url(re.compile(r"/invoices/\d+"))


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_can_be_used_by_everybody(sitting: SitDown, suite: Suite, width: int, dark: bool) -> None:
    with closing(Clerk(suite.gateway_url, RITA, suite.home.secrets.password_of(RITA))) as rita:
        one = rita.get("/receivables/customers", search="S1001")["items"][0]["id"]
    look_at(sitting(RITA, width=width, dark=dark), ("customers", f"customers/{one}", f"customers/{one}?tab=terms"))
