"""The article about the export to Accounts Receivable, sentence by sentence, as a clerk does it in a browser.

Source: "Export Rated Work Orders to A/R" and the related articles on billing items, work in progress and Open Rollup.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from deploy.local.suite import Suite
from tests.console.pages.desks import Desk, SitDown, asked, enter_orders, figure, look_at, suite_for_browsers

pytestmark = pytest.mark.console
BILL = r"ALAMO\bill"
RITA = r"ALAMO\rita"
PAGES = (
    *(
        "ready?sums=branches",
        "ready?sums=accounts",
        "rollups",
        "rollups?state=sent",
        "wip",
        "wip?by=server",
        "wip?view=orders",
    ),
    *(
        "commissions",
        "commissions?view=payments",
        "commissions?view=periods",
        "exports/1",
        "rate-tables",
        "rate-tables/1",
    ),
)
SENDING = re.compile(r"^invoices [\d,]+ =")


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    """A suite of these tests' own, with the sample's work orders, all of them open. The tests build on one another."""
    with suite_for_browsers(tmp_path_factory.mktemp("suite")) as running:
        enter_orders(running)
        yield running


def cents(words: str | None) -> int:
    """The first amount in words of a page, in cents."""
    found = re.search(r"([\d,]+)\.(\d\d)", words or "")
    assert found is not None, words
    return int(found[1].replace(",", "") + found[2])


def sums_of(group: Locator) -> list[int]:
    return [cents(words) for words in group.locator("strong").all_text_contents()]


def rate_all(page: Page) -> None:
    """Rates what is ready on the page of rating runs, and waits until the run has ended."""
    page.get_by_role("button", name=re.compile(r"^Rate 985 orders, \$")).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Rate ")).click()
    expect(page.get_by_text("orders 1,000 = rated 985 + not rated 15 + waiting 0")).to_be_visible()


def parts_of(page: Page) -> tuple[int, int, int]:
    """Exported, refused and on the way; together they are always the whole."""
    words = page.get_by_text(SENDING).text_content() or ""
    whole, exported, refused, on_the_way = map(int, re.findall(r"\d+", words.replace(",", "")))
    assert whole == exported + refused + on_the_way, words
    return exported, refused, on_the_way


def test_rated_orders_wait_for_their_roll_up_and_are_assigned(sitting: SitDown) -> None:
    desk = sitting(BILL)
    page = desk.page
    desk.open("rating-runs")
    rate_all(page)
    # Open Rollup shows what is rated but unassigned, assigned but not sent, and what was rolled up and sent.
    desk.open("rollups")
    states = page.get_by_role("group", name="States")
    expect(states.get_by_role("button")).to_have_text(
        [re.compile("^Rated, not assigned"), re.compile("^Assigned, not sent"), re.compile("^Rolled up and sent")]
    )
    rated, assigned, sent = sums_of(states)
    assert (assigned, sent) == (0, 0)
    customers = page.get_by_role("grid", name="Roll-ups by customer")
    assert sum(cents(words) for words in customers.get_by_role("link").all_text_contents()) == rated
    # Each sum leads to its orders.
    customers.get_by_role("link").first.click()
    expect(page.get_by_role("grid", name="Orders of the roll-ups").get_by_text("rated").first).to_be_visible()
    desk.open("rollups")
    page.get_by_role("button", name=re.compile(r"^Assign 131 orders, \$")).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Assign ")).dblclick()
    expect(states.get_by_role("button", name=re.compile("^Assigned, not sent"))).to_contain_text("131 orders")
    assert sums_of(states) == [0, rated, 0]
    # One order is taken off its draft, and put back.
    desk.open("rollups?state=assigned")
    orders = page.get_by_role("grid", name="Orders of the roll-ups").get_by_role("row")
    orders.nth(1).click()
    page.get_by_role("button", name="Unassign 1 order").click()
    expect(states.get_by_role("button", name=re.compile("^Assigned, not sent"))).to_contain_text("130 orders")
    desk.open("rollups")
    page.get_by_role("button", name=re.compile(r"^Assign 1 order, \$")).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Assign ")).click()
    expect(states.get_by_role("button", name=re.compile("^Assigned, not sent"))).to_contain_text("131 orders")


def test_before_exporting_ready_to_export_is_printed_and_reviewed(sitting: SitDown, tmp_path: Path) -> None:
    desk = sitting(BILL)
    page = desk.page
    desk.open("ready")
    with page.expect_download() as printed:
        page.get_by_role("button", name="PDF").click()
    printed.value.save_as(tmp_path / "ready.pdf")
    assert (tmp_path / "ready.pdf").read_bytes().startswith(b"%PDF")
    # The sums by branch, by income account and of the whole are the same.
    whole = cents(page.get_by_role("status").first.text_content())
    page.get_by_role("button", name="Sums by branch").click()
    branches = page.get_by_role("group", name="By branch")
    assert sum(sums_of(branches)) == whole
    page.get_by_role("button", name="by income account").click()
    accounts = page.get_by_role("region", name="By income account")
    assert (
        sum(cents(row.get_by_role("cell").last.text_content()) for row in accounts.locator("tbody tr").all()) == whole
    )
    # A branch is a button that shows what adds up to it.
    page.get_by_role("button", name="Sums by branch").click()
    miami = branches.get_by_role("button", name=re.compile("^Miami"))
    expected = cents(miami.locator("strong").text_content())
    miami.click()
    expect(page).to_have_url(re.compile("branch=MIA"))
    expect(miami).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("status").first).to_contain_text(f"{expected / 100:,.2f}")
    # Space shows why an order comes to what it comes to; Escape goes back to the list.
    table = page.get_by_role("grid", name="Orders ready to export")
    table.get_by_role("row").nth(2).click()
    table.press("Space")
    peek = page.get_by_role("complementary")
    expect(peek.get_by_role("region", name="Why")).to_contain_text("Miami / ")
    page.keyboard.press("Escape")
    expect(peek).to_be_hidden()
    expect(table).to_be_focused()


def test_a_roll_up_is_chosen_whole_because_it_is_exported_whole(sitting: SitDown) -> None:
    desk = sitting(BILL)
    page = desk.page
    desk.open("ready?bill_to=S1006")
    table = page.get_by_role("grid", name="Orders ready to export")
    expect(table.get_by_role("row").nth(1)).to_be_visible()
    table.get_by_role("row").nth(1).click()
    chosen = page.get_by_text(re.compile(r"^\d+ orders chosen$"))
    expect(chosen).to_be_visible()
    assert figure(chosen.text_content()) > 1


def begin_export(desk: Desk) -> int:
    """Starts the export of all that can be exported; returns how many invoices it has."""
    page = desk.page
    desk.open("ready")
    command = page.get_by_role("button", name=re.compile(r"^Export \d+ orders, \$"))
    expect(command).to_be_enabled()
    page.keyboard.press("e")
    dialog = page.get_by_role("dialog", name="Export to Accounts Receivable")
    dialog.get_by_role("button", name=re.compile("^Export ")).dblclick()
    page.wait_for_url(re.compile(r"/console/exports/\d+$"))
    expect(page.get_by_text(SENDING)).to_be_visible()
    return sum(parts_of(page))


def test_the_export_runs_and_is_seen_moving_whatever_happens(sitting: SitDown, suite: Suite) -> None:
    desk = sitting(BILL)
    page = desk.page
    # Accounts Receivable is down: the run has begun, and everything is on the way.
    suite.servers["receivables"].child.kill()
    desk.expected = {"401", "502", "503", "504"}
    whole = begin_export(desk)
    assert parts_of(page) == (0, 0, whole)
    expect(page.get_by_role("button", name=f"Withdraw {whole} invoices")).to_be_visible()
    # It survives a reload, and a session that is over.
    page.reload()
    expect(page.get_by_text(SENDING)).to_be_visible()
    desk.context.clear_cookies(name="__Host-ratebook-access")
    page.reload()
    expect(page.get_by_text(SENDING)).to_be_visible()
    assert parts_of(page) == (0, 0, whole)
    # The service that the page listens to is killed and started again; then Accounts Receivable comes back.
    suite.servers["rating"].child.kill()
    suite.start_server("rating")
    suite.wait_ready("rating")
    suite.start_server("receivables")
    seen = set()
    for _ in range(600):
        exported, refused, on_the_way = parts_of(page)
        seen.add(on_the_way)
        if on_the_way == 0:
            break
        page.wait_for_timeout(100)
    # Its end is confirmed.
    assert (exported, refused, on_the_way) == (whole, 0, 0)
    # A quick machine may export all of them between two looks.
    assert len(seen) >= 2, "the run was not seen moving"
    expect(page.get_by_role("status").filter(has_text=re.compile("^done"))).to_be_visible()
    suite.wait_ready("receivables")
    for _ in range(100):
        if asked(page, "GET", "/api/v1/receivables/waiting")[0] == 200:
            break
        page.wait_for_timeout(100)
    # A browser notes a stream that breaks off.
    desk.errors[:] = [error for error in desk.errors if "net::ERR_" not in error]


def test_the_invoices_are_in_accounts_receivable_and_the_orders_are_locked(sitting: SitDown) -> None:
    desk = sitting(BILL)
    page = desk.page
    desk.open("exports/1")
    invoice = page.get_by_role("grid", name="Invoices of the export").get_by_role("link").first
    number = invoice.text_content() or ""
    invoice.click()
    expect(page.get_by_role("heading", name=f"Invoice {number}")).to_be_visible()
    # They are in the customer's account: what is open there came with this run.
    account = sitting(RITA).page
    account.goto(f"{desk.suite.gateway_url}/console/customers?search=S1001")
    account.get_by_role("grid", name="Customers").get_by_role("row").nth(1).dblclick()
    expect(account.get_by_role("heading", level=1)).to_contain_text("S1001")
    opened = account.get_by_role("grid").get_by_role("row").nth(1)
    expect(opened).to_be_visible()
    open_number = opened.get_by_role("gridcell").first.text_content() or ""
    desk.open(f"exports/1?search={open_number}")
    expect(
        page.get_by_role("grid", name="Invoices of the export").get_by_role("link", name=open_number)
    ).to_be_visible()
    # The orders are locked against edits, and say the way out: a credit, then rating again.
    desk.open("work-orders?status=exported&sort=number")
    page.get_by_role("grid", name="Work orders").get_by_role("row").nth(1).dblclick()
    expect(page.get_by_role("note")).to_contain_text("Locked: invoice")
    expect(page.get_by_role("note")).to_contain_text("Credit it")
    again = page.get_by_role("button", name="Rate again")
    expect(again).to_have_attribute("aria-disabled", "true")
    again.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("locked in Accounts Receivable")
    for command in ("Override", "Line by hand", "Void", "Unassign"):
        expect(page.get_by_role("button", name=command)).to_have_count(0)
    identifier = page.url.rpartition("/")[2]
    _, text = asked(page, "GET", f"/api/v1/rating/work-orders/{identifier}")
    assert '"status":"exported"' in text.replace(" ", "")
    # What was rolled up and sent is in the third state.
    desk.open("rollups")
    states = page.get_by_role("group", name="States")
    expect(states.get_by_role("button", name=re.compile("^Rolled up and sent"))).not_to_contain_text(
        re.compile(r"\D0 orders")
    )


def test_work_in_progress_is_seen_by_customer_and_by_server(sitting: SitDown) -> None:
    desk = sitting(BILL)
    page = desk.page
    for by, head in (("customer", "Work in progress by customer"), ("server", "Work in progress by server")):
        desk.open(f"wip?by={by}")
        groups = page.get_by_role("grid", name=head)
        expect(groups.get_by_role("row").nth(1)).to_be_visible()
        row = groups.get_by_role("row").nth(1)
        orders = int(row.get_by_role("gridcell").nth(1).text_content() or "")
        row.dblclick()
        # The number leads to the orders that add up to it.
        expect(page.get_by_role("grid", name="Orders in progress")).to_have_attribute("aria-rowcount", str(orders))
    desk.open("wip")
    ages = page.get_by_role("group", name="Age").get_by_role("button")
    expect(ages.first).to_contain_text("order")
    whole = figure(page.get_by_role("status").first.text_content())
    assert sum(int((re.search(r"(\d[\d,]*) order", one) or [""])[1]) for one in ages.all_text_contents()) >= whole


def test_billing_items_are_a_short_list_to_choose_from(sitting: SitDown) -> None:
    desk = sitting(BILL)
    page = desk.page
    desk.expected = {"422"}
    desk.open("work-orders/90")
    expect(page.get_by_role("button", name="Line by hand")).to_be_visible()
    page.keyboard.press("m")
    item = page.get_by_role("dialog").get_by_role("combobox", name="Billing item")
    item.press("F4")
    offered = page.get_by_role("option").all_text_contents()
    assert 0 < len(offered) <= 8
    assert all(len(name) <= 70 for name in offered)


def test_commissions_are_owed_after_the_export_and_paid_by_server(sitting: SitDown) -> None:
    desk = sitting(BILL)
    page = desk.page
    desk.open("commissions")
    states = page.get_by_role("group", name="States")
    expect(states).to_be_visible()
    _, owed, _, _ = sums_of(states)
    assert owed > 0
    page.get_by_role("button", name=re.compile(r"^Select \d servers? to pay")).click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Select ")).dblclick()
    pay = page.get_by_role("button", name="Pay payment 1")
    pay.click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile(r"^Pay \d servers, \$")).click()
    expect(page.get_by_role("region", name="Payments").get_by_text("paid", exact=True)).to_be_visible()
    desk.open("commissions")
    expect(states.get_by_role("button", name=re.compile("^Paid"))).to_contain_text(f"{owed / 100:,.2f}")


def test_a_rate_is_changed_and_nothing_typed_is_lost_in_a_conflict(sitting: SitDown) -> None:
    desk, other = sitting(BILL), sitting(BILL)
    desk.expected = {"412"}
    for one in (desk, other):
        one.open("rate-tables/1")
        expect(one.page.get_by_role("textbox", name="Rate, line 1")).to_have_value("80")
    other.page.get_by_role("textbox", name="Rate, line 2").fill("199")
    other.page.get_by_role("textbox", name="Rate, line 2").press("Tab")
    other.page.get_by_role("button", name="Save 1 rate").click()
    other.page.get_by_role("dialog").get_by_role("button", name="Save 1 rate").click()
    expect(other.page.get_by_role("button", name="Save", exact=True)).to_be_visible()
    page = desk.page
    page.get_by_role("textbox", name="Rate, line 1").fill("85")
    page.get_by_role("textbox", name="Rate, line 1").press("Tab")
    page.get_by_role("button", name="Save 1 rate").click()
    page.get_by_role("dialog").get_by_role("button", name="Save 1 rate").click()
    conflict = page.get_by_role("dialog", name=re.compile("^Profile 1 was changed by"))
    expect(conflict).to_contain_text("199")
    conflict.get_by_role("button", name="Save what is marked").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("textbox", name="Rate, line 2")).to_have_value("199")
    expect(page.get_by_role("textbox", name="Rate, line 1")).to_have_value("85")
    page.get_by_role("button", name="Save 1 rate").click()
    page.get_by_role("dialog").get_by_role("button", name="Save 1 rate").click()
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_visible()
    # The profile is tried on an order.
    order = page.get_by_role("combobox", name="Order")
    order.fill("W10090")
    order.press("Tab")
    page.reload()
    expect(page.get_by_role("textbox", name="Rate, line 1")).to_have_value("85")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_of_the_export_can_be_used_by_everybody(sitting: SitDown, width: int, dark: bool) -> None:
    look_at(sitting(BILL, width=width, dark=dark), PAGES)
