"""Administrators at work: groups, users, the audit, operations and master data."""

import json
import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from deploy.local.client import Clerk
from deploy.local.suite import ADMINISTRATOR, Suite
from tests.console.pages.desks import SitDown, asked, look_at, suite_for_browsers

pytestmark = pytest.mark.console
RITA = r"ALAMO\rita"
PAGES = (
    "security/groups", "security/users", "security/audit", "operations", "master", "master/customers",
    "master/billing-items?make=true", "master/pay-terms/1/NET30",
)  # fmt: skip


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    """A suite of these tests' own, with the sample company."""
    with suite_for_browsers(tmp_path_factory.mktemp("suite")) as running:
        yield running


@pytest.fixture
def admin(suite: Suite) -> Iterator[Clerk]:
    with closing(Clerk(suite.gateway_url, ADMINISTRATOR, suite.home.secrets.password_of(ADMINISTRATOR))) as clerk:
        yield clerk


def group_of(admin: Clerk, name: str) -> int:
    found: int = admin.get("/security/groups", name=name)["items"][0]["id"]
    return found


def cell(page: Page, feature: str, level: str) -> None:
    page.get_by_role("gridcell", name=f"{feature}: {level}", exact=True).click()


def test_a_group_is_changed_by_keys_and_reviewed_with_its_effect(sitting: SitDown, admin: Clerk) -> None:
    desk = sitting(ADMINISTRATOR)
    page = desk.page
    desk.open(f"security/groups/{group_of(admin, 'Receivables')}")
    matrix = page.get_by_role("grid", name="What the group grants")
    cell(page, "Credit invoices", "edit")
    page.keyboard.press("1")
    expect(page.get_by_role("gridcell", name="Credit invoices: view", exact=True)).to_have_attribute(
        "aria-selected", "true"
    )
    expect(page.get_by_role("gridcell", name="Credit invoices: view", exact=True)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("gridcell", name="Customers: view", exact=True)).to_be_focused()
    page.keyboard.press("4")
    # Limits are opened with Space.
    page.keyboard.press("ArrowDown")
    page.keyboard.press(" ")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Branches").fill("SAT, AUS")
    dialog.get_by_role("button", name="Set the limits").click()
    expect(matrix.get_by_role("row").filter(has_text="changed")).to_have_count(3)
    page.get_by_role("button", name="Save 3 changes: review").click()
    review = page.get_by_role("dialog")
    expect(review).to_contain_text("edit, branches SAT, AUS")
    expect(review.get_by_role("listitem")).to_contain_text(RITA)
    expect(review.get_by_role("listitem")).to_contain_text("loses 2: Credit invoices, Invoices")
    expect(review.get_by_role("listitem")).to_contain_text("gains 1: Customers")
    review.get_by_role("button", name="Save").dblclick()
    expect(review).to_be_hidden()
    grants = {one["feature"]: one for one in admin.get(f"/security/groups/{group_of(admin, 'Receivables')}")["grants"]}
    assert grants["receivables.credits"]["level"] == "view"
    assert grants["receivables.customers"]["level"] == "admin"
    assert grants["receivables.invoices"]["branches"] == ["AUS", "SAT"]


def test_a_group_that_two_change_is_merged(sitting: SitDown, admin: Clerk) -> None:
    desk = sitting(ADMINISTRATOR)
    desk.expected = {"412"}
    page = desk.page
    group = group_of(admin, "Billing")
    desk.open(f"security/groups/{group}")
    cell(page, "Work in progress", "edit")
    answer = admin.call("GET", f"/security/groups/{group}")
    body = {name: answer.json()[name] for name in ("name", "description", "grants")}
    body["description"] = "Rates, exports and pays"
    admin.call("PUT", f"/security/groups/{group}", json=body, headers={"if-match": answer.headers["etag"]})
    page.get_by_role("button", name="Save 1 change: review").click()
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    conflict = page.get_by_role("dialog").filter(has_text="was changed by")
    expect(conflict).to_contain_text("Rates, exports and pays")
    conflict.get_by_role("button", name="Save what is marked").click()
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    saved = admin.get(f"/security/groups/{group}")
    assert saved["description"] == "Rates, exports and pays"
    assert {one["feature"]: one["level"] for one in saved["grants"]}["rating.wip"] == "edit"


def test_an_administrator_cannot_lock_themselves_out_and_sees_what_others_would_see(
    sitting: SitDown, admin: Clerk
) -> None:
    desk = sitting(ADMINISTRATOR)
    page = desk.page
    desk.open(f"security/groups/{group_of(admin, 'Administrators')}")
    cell(page, "Groups and what they grant", "view")
    page.get_by_role("button", name="Save 1 change: review").click()
    save = page.get_by_role("dialog").get_by_role("button", name="Save", exact=True)
    expect(save).to_have_attribute("aria-disabled", "true")
    save.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("lock yourself out")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo all").click()
    desk.open(f"security/groups/{group_of(admin, 'Miami Billing')}")
    page.get_by_role("button", name=r"Preview as ALAMO\mia").click()
    cell(page, "Export rated work orders", "none")
    preview = page.get_by_role("region", name=r"Preview as ALAMO\mia")
    expect(preview.get_by_role("row").filter(has_text="rating.export")).to_contain_text("edit, limited")
    expect(preview).not_to_contain_text("Ready to Export")
    page.get_by_role("button", name="Undo all").click()
    expect(preview).to_contain_text("Ready to Export")


def test_somebody_is_added_by_a_windows_name_before_they_ever_logged_in(sitting: SitDown, admin: Clerk) -> None:
    desk = sitting(ADMINISTRATOR)
    page = desk.page
    group = group_of(admin, "Proof")
    desk.open(f"security/groups/{group}")
    page.get_by_role("combobox", name="User").fill(r"ALAMO\newcomer")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("region", name="Users of the group")).to_contain_text(r"ALAMO\newcomer")
    expect(page.get_by_role("status").filter(has_text="1 user")).to_be_visible()
    page.get_by_role("button", name=r"Remove ALAMO\newcomer").click()
    expect(page.get_by_text("Nobody is in this group yet.")).to_be_visible()


def test_a_forgotten_password_is_chosen_with_a_link_once(sitting: SitDown, suite: Suite, admin: Clerk) -> None:
    admin.post("/security/users", {"name": r"ALAMO\forgetful", "display_name": "Forgetful Fay"})
    user = admin.get("/security/users", name=r"ALAMO\forgetful")["items"][0]["id"]
    desk = sitting(ADMINISTRATOR)
    page = desk.page
    desk.open(f"security/users/{user}")
    expect(page.get_by_text("no local password")).to_be_visible()
    page.get_by_role("button", name="Password link").click()
    page.get_by_role("dialog").get_by_role("button", name="Make the link").click()
    link = page.get_by_role("dialog").get_by_role("textbox", name="Link").input_value()
    page.keyboard.press("Escape")
    context = desk.context.browser.new_context()
    fay = context.new_page()
    fay.goto(link)
    fay.get_by_role("textbox", name="New password", exact=True).fill("horses like batteries")
    fay.get_by_role("textbox", name="New password again").fill("horses like batteries")
    fay.get_by_role("button", name="Choose this password").click()
    expect(fay.get_by_text("Your password is chosen.")).to_be_visible()
    assert "password-link" not in fay.url
    fay.get_by_role("textbox", name="User").fill(r"ALAMO\forgetful")
    fay.get_by_role("textbox", name="Password").fill("horses like batteries")
    fay.get_by_role("button", name="Log in").click()
    expect(fay.get_by_role("banner")).to_contain_text("Forgetful Fay")
    # The administrator sees the session with its device, and ends it.
    page.reload()
    sessions = page.get_by_role("region", name="Sessions", exact=True)
    expect(sessions).to_contain_text("Chrome on Linux")
    sessions.get_by_role("button", name=re.compile("^End the session on Chrome")).click()
    expect(sessions).to_contain_text("They are not logged in anywhere.")
    context.clear_cookies()
    fay.goto(link)
    fay.get_by_role("textbox", name="New password", exact=True).fill("horses like sandwiches")
    fay.get_by_role("textbox", name="New password again").fill("horses like sandwiches")
    fay.get_by_role("button", name="Choose this password").click()
    expect(fay.get_by_role("alert")).to_contain_text("This link cannot be used")
    context.close()


def test_ones_own_session_is_marked_and_cannot_be_ended_here(sitting: SitDown, admin: Clerk) -> None:
    desk = sitting(ADMINISTRATOR)
    me = admin.get("/security/me")["id"]
    desk.open(f"security/users/{me}")
    row = desk.page.get_by_role("row").filter(has_text="(this one)")
    expect(row).to_have_count(1)
    expect(row.get_by_role("button")).to_have_attribute("aria-disabled", "true")


def test_the_audit_is_searched_and_says_how_far_its_chain_is_sealed(sitting: SitDown) -> None:
    desk = sitting(ADMINISTRATOR)
    page = desk.page
    desk.open("security/audit")
    expect(page.get_by_role("status").first).to_contain_text("never checked")
    page.get_by_role("searchbox", name="Part of the path").fill("import")
    expect(page).to_have_url(re.compile("path=import"))
    grid = page.get_by_role("grid", name="Audit")
    expect(grid.get_by_role("row").nth(1)).to_contain_text("/import")
    page.get_by_role("button", name="Receivables", exact=True).click()
    expect(grid.get_by_role("row").nth(1)).to_contain_text("/v1/")
    grid.get_by_role("row").nth(1).dblclick()
    expect(page.get_by_role("complementary")).to_contain_text(ADMINISTRATOR)


def test_a_dead_letter_is_shown_and_tried_again(sitting: SitDown) -> None:
    desk = sitting(ADMINISTRATOR)
    desk.expected = {"409"}
    page = desk.page
    letter = {
        "id": 3, "consumer": "rating-customer-changed", "subject": "ratebook.v1.receivables.customer-changed",
        "payload": {"data": {"number": "S1001"}}, "reason": "does not match the schema", "deliveries": 1,
        "created_at": "2026-12-01T10:00:00Z",
    }  # fmt: skip
    left = [letter]
    page.route(
        "**/api/v1/rating/dead-letters?*",
        lambda route: route.fulfill(json={"items": left, "next_cursor": None, "totals": {"count": len(left)}}),
    )
    refusal = {
        "title": "Dead letter stuck",
        "status": 409,
        "code": "DEAD_LETTER_STUCK",
        "detail": "It still fails.",
        "errors": [],
    }
    answers = [(409, refusal), (200, {"id": 3, "result": "replayed"})]

    def replay(route: object) -> None:
        status, body = answers.pop(0)
        if status == 200:
            left.clear()
        route.fulfill(status=status, json=body)  # type: ignore[attr-defined]

    page.route("**/api/v1/rating/dead-letters/3/replay", replay)
    desk.open("operations")
    expect(page.get_by_role("region", name="Process rating")).to_contain_text("running")
    letters = page.get_by_role("region", name="Dead letters")
    letters.get_by_text("ratebook.v1.receivables.customer-changed").click()
    expect(letters).to_contain_text('"number": "S1001"')
    retry = letters.get_by_role("button", name="Retry message 3 of rating")
    retry.click()
    expect(letters.get_by_role("alert")).to_contain_text("It still fails.")
    retry.click()
    expect(letters).to_contain_text("No message waits")
    books = page.get_by_role("region", name="The books")
    expect(books.get_by_role("row").filter(has_text="Not invoiced yet")).to_contain_text("agree")


def test_a_service_that_is_down_hides_no_other(sitting: SitDown) -> None:
    desk = sitting(ADMINISTRATOR)
    page = desk.page
    _, text = asked(page, "GET", "/api/v1/operations/status")
    status = json.loads(text)
    status["processes"][1] = {"name": "rating", "problem": "The service is unreachable.", "status": None}
    page.route("**/api/v1/operations/status", lambda route: route.fulfill(json=status))
    desk.open("operations")
    expect(page.get_by_role("region", name="Process rating")).to_contain_text("The service is unreachable.")
    expect(page.get_by_role("region", name="Process security")).to_contain_text("running")
    expect(page.get_by_role("status").first).to_contain_text("1 process of 4")


def test_those_without_the_feature_are_told_which_it_is(sitting: SitDown) -> None:
    desk = sitting(RITA)
    desk.open("operations")
    expect(desk.page.get_by_text("This needs operations.status, level view.")).to_be_visible()
    expect(desk.page.get_by_role("navigation").get_by_role("link", name="Operations")).to_have_count(0)


def test_a_record_is_made_changed_and_retired(sitting: SitDown, admin: Clerk) -> None:
    desk = sitting(ADMINISTRATOR)
    desk.expected = {"422"}
    page = desk.page
    desk.open("master/pay-terms")
    expect(page.get_by_role("grid", name="Terms")).to_contain_text("NET30")
    page.get_by_role("button", name="New terms").click()
    page.get_by_role("textbox", name="Code").fill("NET77")
    page.get_by_role("button", name="Save").click()
    # Every fault is in the summary and at its field.
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("textbox", name="AR company")).to_have_attribute("aria-invalid", "true")
    page.get_by_role("textbox", name="AR company").fill("1")
    page.get_by_role("textbox", name="Description").fill("Net 77 days")
    page.get_by_role("textbox", name="Due days").fill("77")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile("/console/master/pay-terms/1/NET77$"))
    expect(page.get_by_role("textbox", name="Code")).to_have_attribute("readonly", "")
    page.get_by_role("textbox", name="Due days").fill("78")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("region", name="History")).to_contain_text("77 → 78")
    page.get_by_role("button", name="Retire today").click()
    expect(page.get_by_role("button", name="Use again")).to_be_visible()
    assert admin.get("/receivables/pay-terms/1/NET77")["due_days"] == 78
    desk.open("master/pay-terms?retired=true")
    expect(page.get_by_role("grid", name="Terms")).to_contain_text("NET77")


def test_a_record_that_two_change_is_merged(sitting: SitDown, admin: Clerk) -> None:
    desk = sitting(ADMINISTRATOR)
    desk.expected = {"412"}
    page = desk.page
    customer = admin.get("/receivables/customers", search="S1001")["items"][0]["id"]
    desk.open(f"master/customers/{customer}")
    page.get_by_role("textbox", name="Credit limit").fill("31000")
    etag = admin.call("GET", f"/receivables/customers/{customer}").headers["etag"]
    admin.call(
        "PATCH", f"/receivables/customers/{customer}", json={"email": "new@example.com"}, headers={"if-match": etag}
    )
    page.get_by_role("button", name="Save").click()
    conflict = page.get_by_role("dialog")
    expect(conflict).to_contain_text("new@example.com")
    conflict.get_by_role("button", name="Save what is marked").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Save")).to_have_attribute("aria-disabled", "true")
    saved = admin.get(f"/receivables/customers/{customer}")
    assert (saved["email"], saved["credit_limit"]) == ("new@example.com", "31000.00")


def test_an_import_shows_what_it_changes_before_it_does(sitting: SitDown, admin: Clerk) -> None:
    desk = sitting(ADMINISTRATOR)
    desk.expected = {"422"}
    page = desk.page
    desk.open("master/branches")
    page.get_by_role("button", name="Import").click()
    dialog = page.get_by_role("dialog")
    branch = admin.get("/rating/branches", limit=1)["items"][0]
    code = branch["code"]
    renamed = admin.download("/rating/branches", "text/csv").decode().replace(branch["name"], "Renamed")

    def choose(text: str) -> None:
        dialog.get_by_label("File").set_input_files(
            {"name": "branches.csv", "mimeType": "text/csv", "buffer": text.encode()}
        )

    choose("code,name\n,\nTOO LONG A CODE FOR A BRANCH,x\n")
    expect(dialog.get_by_role("alert").get_by_role("row")).not_to_have_count(1)
    choose(renamed)
    changes = dialog.get_by_role("region", name="What the import changes")
    expect(changes.get_by_role("row").filter(has_text="Renamed")).to_contain_text(code)
    assert admin.get(f"/rating/branches/{code}")["name"] != "Renamed"
    dialog.get_by_role("button", name=re.compile("^Import: make")).click()
    expect(dialog.get_by_role("button", name="Done")).to_be_visible()
    expect(dialog.get_by_role("status")).to_contain_text("1 changed")
    assert admin.get(f"/rating/branches/{code}")["name"] == "Renamed"


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_can_be_used_by_everybody(sitting: SitDown, admin: Clerk, width: int, dark: bool) -> None:
    desk = sitting(ADMINISTRATOR, width=width, dark=dark)
    group = group_of(admin, "Billing")
    look_at(desk, [*PAGES, f"security/groups/{group}", f"security/users/{admin.get('/security/me')['id']}"])
