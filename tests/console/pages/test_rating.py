"""The pages of rating in a real browser: an order and why it costs what it costs, rating runs, and what fixes their gaps."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from deploy.local.suite import Suite
from tests.console.pages.desks import SitDown, asked, enter_orders, look_at, suite_for_browsers

pytestmark = pytest.mark.console
BILL = r"ALAMO\bill"
PAGES = ("work-orders", "work-orders/1", "coverage", "rating-runs", "imports")


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    """A suite of these tests' own, with the sample's work orders, all of them open."""
    with suite_for_browsers(tmp_path_factory.mktemp("suite")) as running:
        enter_orders(running)
        yield running


def total_of(page: Page) -> str:
    return page.get_by_role("region", name="Charged lines").locator("tfoot td").last.text_content() or ""


def test_an_order_is_rated_changed_and_taken_back_by_keyboard(sitting: SitDown) -> None:
    desk = sitting(BILL)
    page = desk.page
    desk.open("work-orders/1")
    why = page.get_by_role("region", name="Why")
    # Before it is rated, the page shows what it would come to, and why a charge is missing.
    expect(page.get_by_role("heading", name="Charges, if it were rated now")).to_be_visible()
    expect(why.get_by_role("listitem").filter(has_text="Return without service").first).to_contain_text("not charged")
    expect(why).to_contain_text("Los Angeles / Law firm / Standard / Summons / Los Angeles County")
    page.keyboard.press("r")
    expect(page.get_by_role("heading", name="Charges", exact=True)).to_be_visible()
    assert total_of(page) == "50.00"
    # An override needs its reason; the amount that it had stays beside it.
    page.keyboard.press("o")
    dialog = page.get_by_role("dialog", name="Override: W10001")
    dialog.get_by_role("combobox", name="Line").fill("Service of summons")
    dialog.get_by_role("textbox", name="Amount").fill("45.10")
    dialog.get_by_role("textbox", name="Amount").press("Tab")
    expect(dialog.get_by_role("button", name="Override it")).to_have_attribute("aria-disabled", "true")
    dialog.get_by_role("textbox", name="Reason").fill("Agreed by telephone")
    dialog.get_by_role("textbox", name="Reason").press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("overridden, was 50.00: Agreed by telephone")).to_be_visible()
    assert total_of(page) == "45.10"
    # What it would be by the rates as they are keeps the override; a line by hand comes to it.
    page.keyboard.press("t")
    expect(page.get_by_role("heading", name="Charges, if it were rated again now")).to_be_visible()
    expect(page).to_have_url(re.compile("trial=true"))
    page.keyboard.press("t")
    page.keyboard.press("m")
    dialog = page.get_by_role("dialog", name="Line by hand: W10001")
    dialog.get_by_role("combobox", name="Billing item").fill("Service of summons")
    # Keys of the page are letters in a field.
    dialog.get_by_role("textbox", name="Comment").press_sequentially("more to rate")
    expect(dialog.get_by_role("textbox", name="Comment")).to_have_value("more to rate")
    dialog.get_by_role("textbox", name="Rate").fill("10")
    dialog.get_by_role("textbox", name="Rate").press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("region", name="Charged lines").locator("tfoot")).to_contain_text("55.10")
    page.get_by_role("button", name="Remove Service of summons").first.click()
    expect(page.get_by_role("region", name="Entered by hand").get_by_role("row")).to_have_count(2)
    history = page.get_by_role("region", name="History")
    expect(history).to_contain_text("rated")
    expect(history).to_contain_text("ALAMO\\bill")


def test_an_order_that_cannot_be_rated_says_why_and_is_fixed_where_it_is(sitting: SitDown) -> None:
    desk = sitting(BILL)
    desk.expected = {"422"}
    page = desk.page
    desk.open("work-orders/90")
    near = page.get_by_role("region", name="Nearest profiles").get_by_role("row")
    expect(near.nth(1)).to_contain_text("San Antonio / Law firm / Standard / Citation / Bexar County")
    expect(near.nth(1)).to_contain_text("priority")
    expect(near.nth(1).get_by_role("button", name="Make one like this")).to_be_visible()
    desk.open("work-orders?search=W10185")
    page.get_by_role("grid").get_by_text("W10185").dblclick()
    expect(page.get_by_text("no region for the ZIP")).to_be_visible()
    page.get_by_role("group", name="Use region").get_by_role("button").first.click()
    expect(page.get_by_role("heading", name="Charges, if it were rated now")).to_be_visible()


def test_a_run_is_seen_moving_and_each_cause_has_one_fix_for_all(sitting: SitDown) -> None:
    desk = sitting(BILL)
    page = desk.page
    desk.open("coverage")
    causes = page.get_by_role("list", name="Causes").locator("> li")
    expect(causes).to_have_count(2)
    expect(causes.filter(has_text="ZIP 10007 is in no region")).to_contain_text("7 orders")
    page.get_by_role("button", name=re.compile(r"^Rate 98\d orders, \$")).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Rate ")).dblclick()
    page.wait_for_url(re.compile(r"/console/rating-runs/\d+$"))
    equation = page.get_by_text(re.compile(r"^orders [\d,]+ ="))
    for _ in range(600):
        whole, rated, not_rated, waiting = map(
            int, re.findall(r"\d+", (equation.text_content() or "").replace(",", ""))
        )
        assert whole == rated + not_rated + waiting
        if waiting == 0:
            break
        page.wait_for_timeout(50)
    assert (whole, not_rated, waiting) == (999, 14, 0)
    page.reload()
    expect(page.get_by_text("orders 999 = rated 985 + not rated 14 + waiting 0")).to_be_visible()
    # Seven orders with four keys lack one priority: one command makes the four profiles, and rates again.
    special = causes.filter(has_text="No rates for priority Special in San Antonio")
    expect(special).to_contain_text("7 orders")
    special.get_by_role("button", name="Make 4 profiles like priority Rush").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem")).to_have_count(4)
    dialog.get_by_role("button", name="Make 4 profiles and rate 14 orders again").click()
    expect(page.get_by_text("orders 14 = rated 7 + not rated 7 + waiting 0")).to_be_visible()
    expect(causes).to_have_count(1)
    causes.get_by_role("button", name="Add ZIP 10007 to a region").click()
    region = dialog.get_by_role("combobox", name="Region")
    region.fill("BEXAR")
    region.press("Tab")
    dialog.get_by_role("button", name="Add it to Bexar County and rate 7 orders again").click()
    # Bexar County has no rates in Miami, so the order that Miami has is a cause of its own.
    expect(page.get_by_text("orders 7 = rated 6 + not rated 1 + waiting 0")).to_be_visible()
    expect(causes).to_contain_text("in Miami")


def test_orders_are_rated_and_unassigned_in_bulk(sitting: SitDown) -> None:
    desk = sitting(BILL)
    page = desk.page
    desk.open("work-orders?status=rated&sort=number")
    table = page.get_by_role("grid", name="Work orders")
    table.get_by_role("row").nth(1).click()
    table.get_by_role("row").nth(3).click(modifiers=["Shift"])
    expect(page.get_by_role("status").first).to_contain_text("3 orders chosen")
    unassign = page.get_by_role("button", name="Unassign 0 orders")
    unassign.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("on a draft invoice")
    page.get_by_role("button", name="Remove 3 ratings").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile(r"^Remove 3 ratings, \$")).click()
    expect(page.get_by_text("3 orders changed.")).to_be_visible()
    desk.open("work-orders?status=open&sort=number")
    table.get_by_role("row").nth(1).click()
    table.get_by_role("row").nth(2).click(modifiers=["Shift"])
    page.get_by_role("button", name="Rate 2 orders").click()
    expect(page.get_by_text("orders 2 = rated 2 + not rated 0 + waiting 0")).to_be_visible()


def test_a_file_of_orders_is_checked_imported_and_withdrawn(sitting: SitDown) -> None:
    desk = sitting(r"ALAMO\olga")
    desk.expected = {"422"}
    page = desk.page
    head = "number,branch,customer,priority,job_type,served_zip,service_on,field_status,pod_received"
    right = f"{head}\nNEW1,SAT,S1001,STANDARD,CITATION,78205,2026-11-02,served,yes\nNEW2,SAT,S1001,RUSH,CITATION,78205,2026-11-02,served,yes\n"
    wrong = right.replace("RUSH", "SOON").replace("NEW1,SAT", "NEW1,SAN")
    desk.open("imports")
    chooser = page.get_by_label("CSV or XLSX file")
    chooser.set_input_files({"name": "wrong.csv", "mimeType": "text/csv", "buffer": wrong.encode()})
    # Every fault with its place, and nothing to import.
    faults = page.get_by_role("region", name="Faults").get_by_role("row")
    expect(faults).to_have_count(3)
    expect(faults.nth(1)).to_contain_text("line 2, column branch")
    expect(faults.nth(2)).to_contain_text("line 3, column priority")
    expect(page.get_by_role("button", name=re.compile("^Import "))).to_have_count(0)
    chooser.set_input_files({"name": "right.csv", "mimeType": "text/csv", "buffer": right.encode()})
    expect(page.get_by_role("region", name="Changes")).to_contain_text("NEW2")
    page.get_by_role("button", name="Import 2 orders").dblclick()
    expect(page.get_by_text("Imported 2 orders.")).to_be_visible()
    imports = page.get_by_role("region", name="Imports").get_by_role("row")
    expect(imports.nth(1)).to_contain_text("right.csv")
    expect(imports).to_have_count(3)
    page.get_by_role("button", name=re.compile("^Withdraw import")).first.click()
    page.get_by_role("textbox", name="Reason").fill("The wrong month")
    page.get_by_role("textbox", name="Reason").press("Enter")
    expect(imports.nth(1)).to_contain_text("The wrong month")
    desk.open("work-orders?search=NEW1&status=void")
    expect(page.get_by_role("grid", name="Work orders").get_by_text("NEW1")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_of_rating_can_be_used_by_everybody(sitting: SitDown, width: int, dark: bool) -> None:
    desk = sitting(BILL, width=width, dark=dark)
    # Nothing may be left to rate, which the suite refuses; a browser notes that.
    desk.expected = {"409"}
    _, runs = asked(desk.page, "GET", "/api/v1/rating/rating-runs?limit=1")
    look_at(desk, (*PAGES, *(f"rating-runs/{run['id']}" for run in json.loads(runs)["items"])))
