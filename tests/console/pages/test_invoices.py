"""An invoice on the screen, its credit, and the order that is rated again, in a real browser on the real suite."""

import re
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from deploy.local.client import Clerk
from deploy.local.suite import Suite
from tests.console.pages.desks import SitDown, enter_orders, look_at, suite_for_browsers

pytestmark = pytest.mark.console
RITA = r"ALAMO\rita"


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    """A suite of these tests' own, whose sample orders are rated and exported."""
    with suite_for_browsers(tmp_path_factory.mktemp("suite")) as running:
        enter_orders(running)
        bill = r"ALAMO\bill"
        with closing(Clerk(running.gateway_url, bill, running.home.secrets.password_of(bill))) as clerk:
            for job in ("rating-runs", "exports"):
                wait_for(clerk, f"/rating/{job}")
        yield running


def wait_for(clerk: Clerk, path: str) -> None:
    """Starts a run and waits for its end."""
    run = clerk.post(path, {})
    while clerk.get(f"{path}/{run['id']}")["finished_at"] is None:
        time.sleep(0.2)


def open_invoice(page: Page, number: str = "") -> None:
    """Opens an invoice from the list: the one with the number, or the first."""
    page.get_by_role("searchbox").fill(number)
    table = page.get_by_role("grid", name="Invoices")
    expect(table.get_by_role("row").nth(1)).to_contain_text(number)
    table.get_by_role("row").nth(1).dblclick()
    expect(page.get_by_role("heading", level=1, name=re.compile(r"^Invoice \d+"))).to_be_visible()


def test_an_invoice_leads_to_its_orders_and_shows_its_ledger_and_history(sitting: SitDown) -> None:
    page = sitting(RITA).page
    page.get_by_role("link", name="Invoices", exact=True).click()
    open_invoice(page, "100001")
    expect(page.get_by_role("region", name="What was billed")).to_contain_text("Customer")
    ledger = page.get_by_role("region", name="GL rows")
    sums = ledger.locator("tfoot td").all_text_contents()
    assert sums[2] == sums[3] != "0.00"
    with page.expect_download() as saved:
        page.get_by_role("button", name="Preview").click()
    assert saved.value.suggested_filename == "invoice-100001.pdf"
    assert saved.value.path().read_bytes().startswith(b"%PDF")
    page.get_by_role("region", name="What was billed").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1, name=re.compile("^Work order W"))).to_be_visible()
    expect(page.get_by_role("status").get_by_text("exported", exact=True)).to_be_visible()


def test_a_credit_is_seen_before_it_is_posted_and_its_order_is_rated_again(sitting: SitDown) -> None:
    page = sitting(RITA).page
    page.goto(page.url.replace("/console/", "/console/invoices"))
    open_invoice(page, "100002")
    page.get_by_role("link", name="Credit", exact=True).click()
    command = page.get_by_role("button", name=re.compile(r"^Credit \$"))
    expect(command).to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="Whole invoice").click()
    before_and_after = page.get_by_role("region", name="Before and after")
    expect(
        before_and_after.get_by_role("row").filter(has_text="Open of the invoice").get_by_role("cell").last
    ).to_have_text("0.00")
    command.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("Say why it is credited.")
    page.get_by_role("textbox", name="Reason").fill("wrong address")
    with page.expect_response(re.compile("/credits/trial$")):
        page.get_by_text("Rate again", exact=True).click()
    # What the order would come to is known before anything is posted.
    expect(
        page.get_by_role("region", name="Work orders").get_by_role("row").nth(1).get_by_role("cell").last
    ).to_have_text("0.00")
    sum_ = re.search(r"\$([\d,.]+)", command.text_content() or "")
    assert sum_ is not None
    command.click()
    page.get_by_role("dialog").get_by_role("button", name=f"Credit ${sum_[1]}").dblclick()
    expect(page.get_by_role("heading", level=1, name="Invoice 100002 is credited")).to_be_visible()
    orders = page.get_by_role("region", name="Orders to rate again")
    expect(orders.get_by_text("open", exact=True)).to_be_visible()
    page.get_by_role("link", name="Open the invoice").click()
    amendments = page.get_by_role("region", name="Credits and other amendments")
    expect(amendments.get_by_role("row")).to_have_count(3)
    expect(amendments).to_contain_text("wrong address, order: rerate")
    expect(page.get_by_role("main").get_by_text("credited", exact=True).first).to_be_visible()


def test_a_part_is_typed_line_by_line_and_too_much_is_refused_before_it_is_sent(sitting: SitDown) -> None:
    desk = sitting(RITA)
    desk.expected = {"422"}
    page = desk.page
    desk.open("invoices")
    open_invoice(page, "100003")
    page.get_by_role("link", name="Credit", exact=True).click()
    field = page.get_by_role("textbox", name="Credit of line 1")
    field.fill("2*5.5")
    field.press("Tab")
    expect(field).to_have_value("11.00")
    applied = (
        page.get_by_role("region", name="Before and after")
        .get_by_role("row")
        .filter(has_text="Applied")
        .get_by_role("cell")
        .last
    )
    expect(applied).to_have_text("−11.00")
    # What was typed is still there after a reload.
    page.reload()
    expect(field).to_have_value("11.00")
    field.fill("99999")
    field.press("Tab")
    alert = page.get_by_role("region", name="What it does").get_by_role("alert")
    expect(alert).to_contain_text("Line 1: must be between 0.00 and")
    alert.get_by_role("link").click()
    expect(field).to_be_focused()
    field.fill("eleven")
    field.press("Tab")
    expect(page.get_by_role("button", name=re.compile(r"^Credit \$"))).to_have_attribute("aria-disabled", "true")
    expect(page.get_by_text("eleven is not an amount")).to_be_visible()


def test_over_the_limit_somebody_else_approves_what_was_asked_for(sitting: SitDown, suite: Suite) -> None:
    admin = r"ALAMO\admin"
    with closing(Clerk(suite.gateway_url, admin, suite.home.secrets.password_of(admin))) as clerk:
        answer = clerk.call("GET", "/receivables/ar-companies/1")
        company = {name: value for name, value in answer.json().items() if name not in {"changed_by", "changed_at"}}
        version = {"if-match": answer.headers["etag"]}
        clerk.call("PUT", "/receivables/ar-companies/1", json={**company, "four_eyes_limit": "1.00"}, headers=version)
    desk = sitting(RITA)
    desk.open("invoices")
    page = desk.page
    open_invoice(page, "100006")
    page.get_by_role("link", name="Credit", exact=True).click()
    field = page.get_by_role("textbox", name="Credit of line 1")
    field.fill("5")
    page.get_by_role("textbox", name="Reason").fill("agreed on the telephone")
    page.get_by_role("button", name="Ask for approval").click()
    page.get_by_role("dialog").get_by_role("button", name="Ask for $5.00").click()
    expect(page.get_by_role("heading", level=1, name="The credit awaits approval")).to_be_visible()
    desk.open("credit-requests?status=awaiting_approval")
    page.get_by_role("grid", name="Credits to approve").get_by_role("row").nth(1).dblclick()
    approve = page.get_by_role("button", name="Approve", exact=True)
    expect(approve).to_have_attribute("aria-disabled", "true")
    other = sitting(admin)
    other.open("credit-requests?status=awaiting_approval&mine=false")
    other.page.get_by_role("grid", name="Credits to approve").get_by_role("row").nth(1).dblclick()
    other.page.get_by_role("button", name="Approve", exact=True).click()
    other.page.get_by_role("dialog").get_by_role("button", name="Credit $5.00").dblclick()
    expect(other.page.get_by_role("main").get_by_text("approved", exact=True).first).to_be_visible()
    desk.open("invoices")
    open_invoice(page, "100006")
    expect(page.get_by_role("region", name="Credits and other amendments").locator("tfoot")).to_contain_text("−5.00")


def test_an_email_that_cannot_be_sent_says_why(sitting: SitDown) -> None:
    """The sample's suite has no mail server."""
    desk = sitting(RITA)
    desk.expected = {"409"}
    desk.open("invoices")
    open_invoice(desk.page, "100007")
    desk.page.get_by_role("button", name="E-mail").click()
    dialog = desk.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Send it").click()
    expect(dialog.get_by_role("alert")).to_contain_text("mail")
    desk.open("emails")
    expect(desk.page.get_by_text("No e-mail is here.")).to_be_visible()


def test_who_may_not_credit_is_told_why(sitting: SitDown) -> None:
    desk = sitting(r"ALAMO\bill")
    desk.open("invoices")
    open_invoice(desk.page, "100004")
    command = desk.page.get_by_role("button", name="Credit", exact=True)
    expect(command).to_have_attribute("aria-disabled", "true")
    command.hover()
    expect(desk.page.get_by_role("tooltip")).to_contain_text("Ask an administrator.")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_pages_of_an_invoice_can_be_used_by_everybody(sitting: SitDown, width: int, dark: bool) -> None:
    look_at(
        sitting(RITA, width=width, dark=dark),
        ["invoices/1", "invoices/2", "invoices/5/credit", "credit-requests", "credit-requests/1", "emails"],
    )
