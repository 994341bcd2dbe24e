"""What surrounds the pages: the palette, keys, jobs, what was opened, and what can be done with every list."""

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page, Request, Route, expect

from deploy.local.client import Clerk
from deploy.local.suite import Suite
from tests.console.pages.desks import SitDown, enter_orders, look_at, suite_for_browsers

pytestmark = pytest.mark.console
BILL = r"ALAMO\bill"
OLGA = r"ALAMO\olga"


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    """A suite of these tests' own, with the sample's work orders, all of them open."""
    with suite_for_browsers(tmp_path_factory.mktemp("suite")) as running:
        enter_orders(running)
        yield running


def heads(page: Page) -> list[str]:
    return [words.rstrip(" ▲▼") for words in page.get_by_role("columnheader").all_text_contents()]


def test_the_palette_finds_an_order_with_two_requests_a_pause(sitting: SitDown) -> None:
    page = sitting(BILL).page
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/search?" in request.url:
            asked.append(request.url)

    page.on("request", note)
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Page, order, invoice or customer")
    expect(field).to_be_focused()
    page.keyboard.type("W10012", delay=20)
    expect(page.get_by_role("option").first).to_contain_text("W10012")
    assert sorted(re.sub(r".*/v1/", "", url) for url in asked) == [
        "rating/search?q=W10012",
        "receivables/search?q=W10012",
    ]
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/console/work-orders/\d+$"))
    expect(page.get_by_role("heading", name="Work order W10012")).to_be_visible()
    # Pages are found by their names, and arrows walk through what was found.
    page.keyboard.press("Control+k")
    page.keyboard.type("ex")
    expect(page.get_by_role("option")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/console/exports$"))


def test_the_palette_offers_no_page_that_the_user_may_not_see(sitting: SitDown) -> None:
    page = sitting(OLGA).page
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Page, order, invoice or customer")).to_be_focused()
    page.keyboard.type("ex")
    expect(page.get_by_text("Nothing was found.")).to_be_visible()


def test_keys_lead_to_pages_but_not_while_somebody_types(sitting: SitDown) -> None:
    desk = sitting(BILL)
    page = desk.page
    page.wait_for_load_state("networkidle")
    page.keyboard.press("g")
    page.keyboard.press("w")
    page.wait_for_url(re.compile(r"/console/work-orders$"))
    page.get_by_role("searchbox").fill("")
    page.get_by_role("searchbox").press_sequentially("gr?")
    expect(page.get_by_role("searchbox")).to_have_value("gr?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("heading", name="Work orders").click()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("Ready to Export")
    with page.expect_response(lambda answer: "preferences/console.keys" in answer.url and answer.ok):
        dialog.get_by_role("button", name="Switch keys of one letter off").click()
    page.keyboard.press("Escape")
    page.reload()
    page.wait_for_load_state("networkidle")
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile("/console/work-orders"))
    # They can be switched on again without them.
    page.get_by_role("button", name=re.compile("^Bill Okafor")).click()
    page.get_by_role("menuitem", name="Keys").click()
    with page.expect_response(lambda answer: "preferences/console.keys" in answer.url and answer.ok):
        page.get_by_role("button", name="Switch keys of one letter on").click()


def test_columns_are_chosen_and_stay_for_the_user(sitting: SitDown) -> None:
    desk = sitting(BILL)
    page = desk.page
    desk.open("work-orders")
    expect(page.get_by_role("status").first).to_contain_text("1,000 orders")
    before = heads(page)
    page.get_by_role("button", name="Columns of Work orders").click()
    page.get_by_role("checkbox", name="Case").click()
    expect(page.get_by_role("checkbox", name="Case")).not_to_be_checked()
    with page.expect_response(lambda answer: "preferences/console.columns" in answer.url and answer.ok):
        page.get_by_role("button", name="Due: earlier").click()
    chosen = [head for head in before if head != "Case"]
    due = chosen.index("Due")
    chosen[due - 1], chosen[due] = chosen[due], chosen[due - 1]
    assert heads(page) == chosen
    # At another desk, and for nobody else.
    other = sitting(BILL)
    other.open("work-orders")
    expect(other.page.get_by_role("columnheader", name="Due")).to_be_visible()
    expect(other.page.get_by_role("columnheader", name="Case")).to_have_count(0)
    assert heads(other.page) == chosen
    olga = sitting(OLGA)
    olga.open("work-orders")
    expect(olga.page.get_by_role("columnheader", name="Case")).to_be_visible()
    page.get_by_role("button", name="All columns, as they were").click()
    assert heads(page) == before


def test_a_file_has_all_that_matches_the_filters(sitting: SitDown) -> None:
    desk = sitting(BILL)
    page = desk.page
    desk.open("work-orders?search=W1001")
    expect(page.get_by_role("status").first).to_contain_text("10 orders")
    with page.expect_download() as csv:
        page.get_by_role("button", name="CSV").click()
    assert csv.value.suggested_filename == "work-orders.csv"
    assert len(csv.value.path().read_text().splitlines()) == 11
    with page.expect_download() as workbook:
        page.get_by_role("button", name="XLSX").click()
    assert workbook.value.path().read_bytes().startswith(b"PK")


def test_filters_are_kept_as_a_view(sitting: SitDown) -> None:
    desk = sitting(BILL)
    page = desk.page
    desk.open("work-orders?search=W1001")
    page.get_by_role("button", name="Views of Work orders").click()
    page.get_by_role("menuitem", name="Keep these filters as a view").click()
    page.get_by_role("textbox", name="Name of the view").fill("Ten orders")
    with page.expect_response(lambda answer: "preferences/console.views" in answer.url and answer.ok):
        page.keyboard.press("Enter")
    other = sitting(BILL)
    other.open("work-orders")
    expect(other.page.get_by_role("status").first).to_contain_text("1,000 orders")
    other.page.get_by_role("button", name="Views of Work orders").click()
    other.page.get_by_role("menuitem", name="Ten orders").click()
    expect(other.page.get_by_role("status").first).to_contain_text("10 orders")
    expect(other.page).to_have_url(re.compile("search=W1001"))


def test_a_running_job_is_in_the_header_and_survives_a_reload(sitting: SitDown) -> None:
    desk = sitting(BILL)
    page = desk.page
    running = {"on": True}
    run = {
        "id": 7, "status": "running", "requested_by": BILL, "requested_at": "2026-12-01T10:00:00Z", "orders": 1000,
        "rated": 400, "failed": 3, "finished_at": None, "again": False, "outcomes": [],
    }  # fmt: skip

    def runs(route: Route) -> None:
        route.fulfill(json={"items": [run] if running["on"] else [], "next_cursor": None, "totals": None})

    page.route("**/api/v1/rating/rating-runs?*", runs)
    for _ in range(2):
        page.reload()
        page.get_by_role("button", name="1 job", exact=True).click()
        expect(page.get_by_role("menuitem")).to_contain_text("Rating run 7")
        expect(page.get_by_role("menuitem")).to_contain_text("403 of 1,000 orders, 3 failed")
        page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="Running")).to_contain_text("Rating run 7")
    running["on"] = False
    expect(page.get_by_role("button", name="Jobs ended")).to_be_visible()
    expect(page.get_by_text("Rating run 7 has ended.")).to_have_count(1)


def test_what_was_opened_is_on_the_home_page(sitting: SitDown, suite: Suite) -> None:
    desk = sitting(BILL)
    with closing(Clerk(suite.gateway_url, BILL, desk.password)) as clerk:
        found = clerk.get("/rating/work-orders", search="W10033")["items"][0]
    with desk.page.expect_response(lambda answer: "preferences/console.recent" in answer.url and answer.ok):
        desk.open(f"work-orders/{found['id']}")
    desk.open("")
    recent = desk.page.get_by_role("region", name="Opened recently")
    recent.get_by_role("link", name="Work order W10033").click()
    desk.page.wait_for_url(re.compile(rf"/console/work-orders/{found['id']}$"))


def test_a_banner_says_when_the_suite_does_not_answer(sitting: SitDown) -> None:
    desk = sitting(BILL)
    desk.expected = {"503"}
    page = desk.page
    page.clock.install()
    desk.open("work-orders")
    expect(page.get_by_role("grid")).to_be_visible()
    page.route("**/api/**", lambda route: route.fulfill(status=503, json={"detail": "Down.", "errors": []}))
    banner = page.get_by_role("alert").filter(has_text="has not answered")

    def let_pass(seconds: int) -> None:
        for _ in range(seconds // 5):
            page.clock.run_for(5_000)
            page.wait_for_timeout(50)

    let_pass(50)
    expect(banner).to_have_count(0)
    let_pass(40)
    expect(banner).to_be_visible()
    page.unroute("**/api/**")
    banner.get_by_role("button", name="Try again").click()
    let_pass(10)
    expect(banner).to_be_hidden()


def test_narrow_windows_have_the_menu_in_a_drawer(sitting: SitDown) -> None:
    page = sitting(BILL, width=390).page
    expect(page.get_by_role("navigation", name="Pages")).to_have_count(0)
    page.get_by_role("button", name="Pages").click()
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Work orders").click()
    page.wait_for_url(re.compile(r"/console/work-orders$"))
    expect(page.get_by_role("navigation", name="Pages")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_what_lies_over_a_page_can_be_used_by_everybody(sitting: SitDown, width: int, dark: bool) -> None:
    desk = sitting(BILL, width=width, dark=dark)
    page = desk.page
    look_at(desk, ["work-orders"])
    for opened in ("palette", "keys", "columns", "views", "menu"):
        if opened == "palette":
            page.keyboard.press("Control+k")
            page.keyboard.type("W1001")
            expect(page.get_by_role("option").first).to_contain_text("W1001")
        elif opened == "keys":
            page.get_by_role("heading", name="Work orders").click()
            page.keyboard.press("?")
            expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
        elif opened == "menu" and width == 390:
            page.get_by_role("button", name="Pages").click()
            expect(page.get_by_role("dialog", name="Pages")).to_be_visible()
        elif opened != "menu":
            page.get_by_role("button", name=f"{opened.title()} of Work orders").click()
            kind = "menuitem" if opened == "views" else "checkbox"
            expect(page.get_by_role(kind).first).to_be_visible()
        found = page.evaluate(
            "async () => (await axe.run()).violations.map((one) => [one.id, one.nodes.map((node) => node.html)])"
        )
        assert found == [], opened
        page.keyboard.press("Escape")
