"""The pages of the console in a real browser, on the real suite."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Route, expect

from deploy.local.suite import Suite
from tests.console.pages.desks import SitDown, asked, enter_orders, figure, look_at, suite_for_browsers

pytestmark = pytest.mark.console
BILL = r"ALAMO\bill"
PAGES = ("", "ready", "exports", "work-orders?status=open", "invoices")


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    """A suite of these tests' own, with the sample's work orders, all of them open."""
    with suite_for_browsers(tmp_path_factory.mktemp("suite")) as running:
        enter_orders(running)
        yield running


def test_a_clerk_exports_what_is_ready_and_sees_it_arrive(sitting: SitDown) -> None:
    desk = sitting(BILL)
    page = desk.page
    status, text = asked(page, "POST", "/api/v1/rating/rating-runs")
    assert status == 202, text
    desk.open("ready")
    for _ in range(60):
        if "985 orders" in (page.get_by_role("status").first.text_content() or ""):
            break
        page.wait_for_timeout(500)
        page.reload()
    table = page.get_by_role("grid", name="Orders ready to export")
    table.get_by_role("row").nth(3).click()
    table.get_by_role("row").nth(6).click(modifiers=["Shift"])
    expect(page.get_by_role("status")).to_contain_text("4 orders chosen")
    expect(page.get_by_role("button", name=re.compile(r"^Export 4 orders, \$"))).to_be_visible()
    # A filter that an export cannot have takes the command away, and says why.
    page.get_by_role("button", name=re.compile("^over the credit limit")).click()
    whole = page.get_by_role("button", name="Export", exact=True)
    expect(whole).to_have_attribute("aria-disabled", "true")
    whole.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("Choose orders")
    desk.open("ready")
    command = page.get_by_role("button", name=re.compile(r"^Export \d+ orders, \$"))
    expect(command).to_be_enabled()
    orders = figure(command.text_content())
    command.click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Export ")).dblclick()
    page.wait_for_url(re.compile(r"/console/exports/\d+$"))
    equation = page.get_by_text(re.compile(r"^invoices [\d,]+ ="))
    seen = set()
    for _ in range(300):
        whole_, exported, refused, in_flight = map(
            int, re.findall(r"\d+", (equation.text_content() or "").replace(",", ""))
        )
        assert whole_ == exported + refused + in_flight
        seen.add(exported)
        if in_flight == 0:
            break
        page.wait_for_timeout(100)
    assert (whole_, refused, in_flight) == (orders, 0, 0)
    page.reload()
    expect(page.get_by_text(f"invoices {orders:,} = exported {orders:,} + refused 0 + on the way 0")).to_be_visible()
    desk.open("invoices")
    expect(page.get_by_role("status")).to_contain_text(f"{orders:,} invoices")
    desk.open("exports")
    expect(page.get_by_role("grid", name="Export runs").get_by_role("row")).to_have_count(2)


def test_a_session_that_ends_is_renewed_and_the_page_stays(sitting: SitDown) -> None:
    desk = sitting(BILL)
    # The session that is over and the wrong password; a browser notes such answers as errors.
    desk.expected = {"401"}
    page = desk.page
    desk.open("work-orders")
    expect(page.get_by_role("status")).to_contain_text("orders")
    desk.context.clear_cookies(name="__Host-ratebook-access")
    with page.expect_response(lambda answer: "status=open" in answer.url and answer.ok):
        page.get_by_role("button", name="open", exact=True).click()
    expect(page).to_have_url(re.compile("status=open"))
    expect(page.get_by_role("status")).to_contain_text("orders")
    # Without a session, the clerk logs in over the page, and the list that was asked for comes. W10090 cannot be rated.
    desk.context.clear_cookies()
    page.get_by_role("searchbox").fill("W10090")
    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    dialog.get_by_role("textbox", name="Password").fill("wrong")
    dialog.get_by_role("button", name="Log in").click()
    expect(dialog.get_by_role("alert")).to_contain_text("was refused")
    # What was asked for is sent again for the same clerk, so nobody else can continue here.
    expect(dialog.get_by_role("textbox", name="User")).to_have_attribute("readonly", "")
    dialog.get_by_role("textbox", name="Password").fill(desk.password)
    dialog.get_by_role("button", name="Log in").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("searchbox")).to_have_value("W10090")
    expect(page.get_by_role("grid").get_by_text("W10090")).to_be_visible()


def test_a_list_that_fails_says_so_and_comes_after_another_try(sitting: SitDown) -> None:
    desk = sitting(BILL)
    desk.expected = {"502"}
    problem = {
        "title": "Unreachable",
        "status": 502,
        "code": "UPSTREAM_UNREACHABLE",
        "detail": "Rating cannot be reached.",
        "errors": [],
    }

    def fail(route: Route) -> None:
        route.fulfill(status=502, json=problem, headers={"content-type": "application/problem+json"})

    desk.page.route("**/api/v1/rating/work-orders?*", fail)
    desk.open("work-orders")
    alert = desk.page.get_by_role("alert")
    expect(alert).to_contain_text("Rating cannot be reached.")
    desk.page.unroute("**/api/v1/rating/work-orders?*")
    alert.get_by_role("button", name="Try again").click()
    expect(desk.page.get_by_role("status")).to_contain_text("1,000 orders")


def test_a_clerk_of_miami_sees_only_miami(sitting: SitDown) -> None:
    desk = sitting(r"ALAMO\mia")
    desk.open("work-orders")
    expect(desk.page.get_by_role("status")).to_contain_text("orders")
    limited = figure(desk.page.get_by_role("status").text_content())
    desk = sitting(BILL)
    desk.open("work-orders")
    expect(desk.page.get_by_role("status")).to_contain_text("1,000 orders")
    assert 0 < limited < 1000


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_can_be_used_by_everybody(sitting: SitDown, width: int, dark: bool) -> None:
    look_at(sitting(BILL, width=width, dark=dark), PAGES)
