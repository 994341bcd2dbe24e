"""Invoice entry in a real browser: typed with keys only, as the form of AR Invoice Entry is described."""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import expect

from deploy.local.client import Clerk
from deploy.local.suite import Suite
from tests.console.pages.desks import SitDown, suite_for_browsers
from tests.console.pages.entries import (
    ADMIN,
    RITA,
    at_entry,
    cell,
    enter,
    field,
    focused,
    header_typed,
    new_batch,
    posted_invoice,
    saved,
    walk,
)

pytestmark = pytest.mark.console
FROM_LINES = "cannot be changed while the entry has lines; delete them first"


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    """A suite of these tests' own, with the sample company."""
    with suite_for_browsers(tmp_path_factory.mktemp("suite")) as running:
        yield running


@pytest.fixture(scope="module")
def rita(suite: Suite) -> Iterator[Clerk]:
    """Rita, who does by program what is not the matter of a test."""
    with closing(Clerk(suite.gateway_url, RITA, suite.home.secrets.password_of(RITA))) as clerk:
        yield clerk


@pytest.fixture(scope="module")
def administrator(suite: Suite) -> Iterator[Clerk]:
    with closing(Clerk(suite.gateway_url, ADMIN, suite.home.secrets.password_of(ADMIN))) as clerk:
        yield clerk


def test_a_clerk_enters_validates_and_posts_a_batch_with_keys_only(sitting: SitDown, rita: Clerk) -> None:
    desk = sitting(RITA)
    page = desk.page
    desk.open("batches")
    expect(page.get_by_role("grid", name="Batches")).to_be_visible()
    # Keys wait until it is known whether the user has switched them off.
    page.wait_for_load_state("networkidle")
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog", name="New batch")
    expect(dialog.get_by_label("Control total")).to_be_focused()
    walk(page, "1,082.50", "2", "Paper of today")
    page.keyboard.press("Tab")
    dialog.get_by_role("button", name="Create batch").press("Enter")
    expect(page.get_by_role("heading", name=re.compile("^Batch "))).to_be_visible()
    head = page.get_by_role("status").filter(has_text="company")
    expect(head).to_contain_text("entered 0.00 of 1,082.50, 1,082.50 to go")
    expect(head).to_contain_text("0 of 2 entries")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", name=re.compile("new entry$"))).to_be_visible()
    expect(field(page, "Transaction")).to_be_focused()
    header_typed(page, "S1002")
    assert focused(page) == "Type, line 1"
    walk(page, "", "Service", "", "400", "", "", "Copies", "", "12*45", "")
    page.keyboard.press("Control+Enter")
    # The next entry begins where the first did, and nothing of the first is in it.
    expect(head).to_contain_text("entered 1,017.55 of 1,082.50, 64.95 to go")
    expect(field(page, "Customer")).to_have_value("")
    assert focused(page) == "Transaction"
    header_typed(page, "S1002")
    walk(page, "", "Rest", "", "60")
    saved(page)
    expect(page).to_have_url(re.compile(r"/entries/2$"))
    expect(head).to_contain_text("adds up")
    page.keyboard.press("Alt+ArrowUp")
    expect(page).to_have_url(re.compile(r"/entries/1$"))
    expect(cell(page, "Net", 2)).to_have_value("540.00")
    page.get_by_role("button", name="More").press("Enter")
    page.get_by_role("menuitem", name="Back to the batch").press("Enter")
    expect(page.get_by_role("grid", name="Entries").get_by_role("row")).to_have_count(3)
    page.keyboard.press("v")
    expect(head.get_by_text("valid", exact=True)).to_be_visible()
    page.keyboard.press("p")
    post = page.get_by_role("dialog").get_by_role("button", name="Post 2 entries, $1,082.50")
    expect(post).to_be_focused()
    page.keyboard.press("Enter")
    expect(head).to_contain_text("posted 2 transactions, $1,082.50")
    batch_id = int(page.url.rsplit("/", 1)[1])
    assert rita.get(f"/receivables/batches/{batch_id}")["total"] == "1082.50"


def test_twenty_lines_at_full_speed_go_where_they_belong_while_answers_are_late(sitting: SitDown, rita: Clerk) -> None:
    batch_id = new_batch(rita)
    page = at_entry(sitting(RITA), batch_id)

    # Each answer comes 300 ms late, in the browser, so that the keys do not wait with it.
    page.evaluate(
        """() => {
            const send = window.fetch;
            window.fetch = async (...given) => {
                const answer = await send(...given);
                if (String(given[0].url ?? given[0]).includes("/api/")) await new Promise((done) => setTimeout(done, 300));
                return answer;
            };
        }"""
    )
    header_typed(page, "S1002")
    expected = []
    for number in range(1, 21):
        material = number % 4 == 0
        typed = (
            ["m", "COPY", f"Copies {number}", "", f"{number}", "", "", ""]
            if material
            else ["", f"Service {number}", "", f"{number}.10", ""]
        )
        for words in typed:
            page.keyboard.type(words, delay=83)
            page.keyboard.press("Enter", delay=0)
            page.wait_for_timeout(83)
        expected.append(
            (f"Copies {number}", f"{number}.000", "COPY") if material else (f"Service {number}", f"{number}.10", None)
        )
    saved(page)
    lines = rita.get(f"/receivables/batches/{batch_id}/entries/1")["lines"]
    assert len(lines) == 20
    for line, (description, amount, material_code) in zip(lines, expected, strict=True):
        assert line["description"] == description
        if material_code:
            assert (line["material"], line["units"]) == (material_code, amount)
        else:
            net = float(line["amount"]) - float(line["tax"])
            assert f"{net:.2f}" == amount


def test_the_header_is_above_the_lines(sitting: SitDown, rita: Clerk) -> None:
    page = at_entry(sitting(RITA), new_batch(rita))
    header = page.get_by_role("group", name="Header").bounding_box()
    lines = page.get_by_role("region", name="Lines", exact=True).bounding_box()
    assert header is not None
    assert lines is not None
    assert header["y"] + header["height"] <= lines["y"]


def test_the_type_of_transaction_decides_what_is_asked(sitting: SitDown, rita: Clerk) -> None:
    invoice = posted_invoice(rita, customer="S1003")
    page = at_entry(sitting(RITA), new_batch(rita))
    for label in ("Contract", "Terms", "Due", "Purchase order"):
        expect(field(page, label)).to_be_editable()
    expect(field(page, "Applies to")).to_have_count(0)
    expect(page.get_by_role("columnheader", name="Line", exact=True)).to_have_count(0)
    expect(page.get_by_role("tab", name="Other info")).to_have_attribute("aria-disabled", "true")
    # A credit memo applies to an invoice, whose customer and type it has; what is typed may be its number.
    walk(page, "c", invoice["number"], "", "Billed twice", "Duplicate")
    expect(field(page, "Applies to")).to_have_value(re.compile(invoice["number"]))
    expect(field(page, "Customer")).to_have_value(re.compile("S1003"))
    expect(field(page, "Customer")).not_to_be_editable()
    for label in ("Terms", "Due", "Purchase order"):
        expect(field(page, label)).to_have_count(0)
    # Credits are of existing lines: the line is asked for, a price is not.
    expect(page.get_by_role("columnheader", name="Line", exact=True)).to_be_visible()
    expect(page.get_by_role("columnheader", name="Price")).to_have_count(0)
    cell(page, "Line", 1).focus()
    walk(page, "1", "")
    expect(cell(page, "GL", 1)).not_to_be_editable()
    cell(page, "Amount", 1).focus()
    walk(page, "8.25")
    saved(page)
    page.get_by_role("tab", name="Other info").click()
    row = page.get_by_role("region", name="Other info").get_by_role("row").nth(1)
    expect(row).to_contain_text("108.25")
    expect(page.get_by_role("tabpanel")).to_contain_text(f"Invoice {invoice['number']}, month {invoice['month']}")
    batch_id = int(page.url.split("/batches/")[1].split("/")[0])
    entry = rita.get(f"/receivables/batches/{batch_id}/entries/1")
    assert (entry["type"], entry["total"], entry["reason"]) == ("credit_memo", "-8.25", "Duplicate")


def test_fields_that_the_setup_closes_are_closed_and_say_why(sitting: SitDown, rita: Clerk) -> None:
    page = at_entry(sitting(RITA), new_batch(rita))
    for label, reason in {
        "Rec. type": "the company does not allow other receivable types",
        "Discount until": "the company does not offer discounts on invoices",
    }.items():
        expect(field(page, label)).not_to_be_editable()
        field(page, label).focus()
        expect(page.get_by_label("About this field")).to_have_text(f"{label}: {reason}")
        field(page, label).hover()
        expect(page.get_by_role("tooltip", name=reason)).to_be_visible()
    cell(page, "Units", 1).click()
    page.keyboard.type("5")
    expect(cell(page, "Units", 1)).to_have_value("")
    expect(page.get_by_label("About this field")).to_have_text("Units: only a material line has units")
    # Contract items are asked for on contracts alone.
    field(page, "Contract").focus()
    walk(page, "C-100")
    expect(page.get_by_role("columnheader", name="Item")).to_be_visible()
    expect(cell(page, "Type", 1)).not_to_be_editable()
    cell(page, "Item", 1).focus()
    walk(page, "2")
    expect(cell(page, "Description", 1)).to_have_value("Monthly readiness")
    cell(page, "Units", 1).focus()
    expect(page.get_by_label("About this field")).to_have_text("Units: a lump-sum item has no units")


def set_company(administrator: Clerk, **fields: Any) -> None:
    """Changes the settings of company 1."""
    answer = administrator.call("GET", "/receivables/ar-companies/1")
    body = {**answer.json(), **fields}
    for name in ("changed_by", "changed_at", "version", "id", "revision"):
        body.pop(name, None)
    administrator.call("PUT", "/receivables/ar-companies/1", json=body, headers={"if-match": answer.headers["etag"]})


@pytest.fixture
def types_may_be_overridden(administrator: Clerk) -> Iterator[None]:
    """The company allows other receivable types than those by default, for as long as the test runs."""
    set_company(administrator, allow_receivable_type_override=True)
    yield
    set_company(administrator, allow_receivable_type_override=False)


@pytest.fixture
def four_eyes(administrator: Clerk) -> Iterator[None]:
    """Batches over 50.00 need somebody to approve them, for as long as the test runs."""
    set_company(administrator, four_eyes_limit="50.00")
    yield
    set_company(administrator, four_eyes_limit=None)


@pytest.mark.usefixtures("types_may_be_overridden")
def test_the_receivable_type_opens_closes_and_opens_again(sitting: SitDown, rita: Clerk) -> None:
    batch_id = new_batch(rita)
    page = at_entry(sitting(RITA), batch_id)
    # It is the contract's, else the customer's, else the company's, and can be overridden while there are no lines.
    walk(page, "", "S1501")
    expect(field(page, "Rec. type")).to_be_editable()
    walk(page, "C-100")
    expect(field(page, "Rec. type")).to_have_value(re.compile("^2 "))
    field(page, "Contract").fill("")
    field(page, "Contract").press("Enter")
    field(page, "Rec. type").focus()
    walk(page, "1")
    cell(page, "Net", 1).focus()
    walk(page, "10")
    # Lines close it, although nothing is saved yet; so they do with the others.
    for label in ("Rec. type", "Customer", "Contract", "Transaction", "Invoice no."):
        expect(field(page, label)).not_to_be_editable()
    field(page, "Rec. type").focus()
    expect(page.get_by_label("About this field")).to_have_text(f"Rec. type: {FROM_LINES}")
    saved(page)
    expect(field(page, "Rec. type")).not_to_be_editable()
    # Without its lines it is open again, and lines can be entered under the other type.
    cell(page, "Net", 1).focus()
    page.keyboard.press("Control+Delete")
    expect(field(page, "Rec. type")).to_be_editable()
    field(page, "Rec. type").focus()
    walk(page, "2")
    cell(page, "Net", 1).focus()
    walk(page, "20")
    saved(page)
    entry = rita.get(f"/receivables/batches/{batch_id}/entries/1")
    assert (entry["receivable_type"], [line["amount"] for line in entry["lines"]]) == (2, ["20.00"])


def test_a_number_that_exists_warns_and_is_accepted(sitting: SitDown, rita: Clerk) -> None:
    first = new_batch(rita)
    enter(rita, first, invoice_number="N-4711")
    batch = rita.get(f"/receivables/batches/{first}")
    batch_id = new_batch(rita)
    page = at_entry(sitting(RITA), batch_id)
    walk(page, "", "S1003", "", "n-4711")
    warning = (
        page.get_by_role("status").filter(has_text="N-4711").or_(page.get_by_role("status").filter(has_text="n-4711"))
    )
    expect(warning).to_contain_text(batch["month"])
    expect(warning).to_contain_text(re.compile(rf"batch.*{batch['number']}.*seq 1", re.IGNORECASE))
    # Bills of job billing that are not in the books yet have their numbers too.
    field(page, "Invoice no.").fill("99002")
    field(page, "Invoice no.").press("Enter")
    expect(page.get_by_role("status").filter(has_text="99002")).to_contain_text(
        "a bill of JB company 11: month 2026-11, id 1, seq 1"
    )
    field(page, "Invoice no.").fill("N-4711")
    cell(page, "Net", 1).focus()
    walk(page, "10")
    saved(page)
    assert rita.get(f"/receivables/batches/{batch_id}/entries/1")["invoice_number"] == "N-4711"


def test_misc_distributions_are_typed_in_a_grid_and_in_a_form_that_a_row_opens(sitting: SitDown, rita: Clerk) -> None:
    batch_id = new_batch(rita)
    page = at_entry(sitting(RITA), batch_id)
    header_typed(page, "S1002")
    walk(page, "", "Service", "", "100")
    page.get_by_role("tab", name=re.compile("Misc. distributions")).click()
    page.get_by_role("button", name="New distribution").click()
    # The first has the amount without tax by default, the next what is left of it.
    expect(cell(page, "Amount", 1)).to_have_value("100.00")
    cell(page, "Code", 1).focus()
    walk(page, "CITY", "Business tax", "", "30", "COMM", "", "", "")
    expect(cell(page, "Amount", 2)).to_have_value("70.00")
    form = page.get_by_role("dialog", name=re.compile("^Misc. distribution"))
    cell(page, "Description", 2).dblclick()
    form.get_by_label("Description").fill("Salesperson")
    form.get_by_label("Description").press("Enter")
    form.get_by_role("button", name="Back to the rows").click()
    expect(cell(page, "Description", 2)).to_have_value("Salesperson")
    cell(page, "Code", 1).focus()
    page.keyboard.press("F2")
    expect(form.get_by_label("Amount")).to_have_value("30.00")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Row 1").click()
    page.get_by_role("menuitem", name="Open in a form").click()
    form.get_by_label("Amount").fill("(5)")
    form.get_by_role("button", name="Back to the rows").click()
    expect(cell(page, "Amount", 1)).to_have_value("\N{MINUS SIGN}5.00")
    cell(page, "Code", 3).focus()
    page.keyboard.press("Control+Delete")
    page.keyboard.press("Control+s")
    expect(page.get_by_label("Saved or not")).to_have_text("Saved")
    entry = rita.get(f"/receivables/batches/{batch_id}/entries/1")
    rows = [(row["code"], row["description"], row["amount"]) for row in entry["misc_distributions"]]
    assert rows == [("CITY", "Business tax", "-5.00"), ("COMMISSION", "Salesperson", "105.00")]
    assert entry["total"] == "108.25"


def test_contract_item_info_shows_units_and_amounts(sitting: SitDown, rita: Clerk) -> None:
    batch_id = new_batch(rita)
    lines = [{"contract_item": "1", "contract_units": "10", "net": "900.00"}]
    enter(rita, batch_id, customer="S1006", contract="C-110", lines=lines)
    page = at_entry(sitting(RITA), batch_id, 1)
    page.get_by_role("tab", name="Contract item info").click()
    row = page.get_by_role("region", name="Contract item info").get_by_role("row").nth(1)
    for words in ("Petitions served", "500", "45,000.00", "650", "58,500.00", "10", "900.00"):
        expect(row).to_contain_text(words)


def test_the_audit_lists_of_a_batch_are_pdf(sitting: SitDown, rita: Clerk) -> None:
    batch_id = new_batch(rita)
    enter(rita, batch_id)
    desk = sitting(RITA)
    desk.open(f"batches/{batch_id}")
    for words in ("Batch list", "GL distributions", "Error list"):
        if not desk.page.get_by_role("menuitem", name=words).is_visible():
            desk.page.get_by_role("button", name="Audit lists").click()
        with desk.page.expect_download() as download:
            desk.page.get_by_role("menuitem", name=words).click()
        assert download.value.suggested_filename.startswith(words)
        assert download.value.path().read_bytes().startswith(b"%PDF")


@pytest.mark.usefixtures("types_may_be_overridden")
def test_a_transaction_that_is_brought_back_keeps_what_it_was_posted_with(sitting: SitDown, rita: Clerk) -> None:
    invoice = posted_invoice(rita, customer="S1002", receivable_type=1)
    desk = sitting(RITA)
    page = desk.page
    desk.open(f"batches/{new_batch(rita)}")
    page.get_by_role("button", name="Bring back").click()
    dialog = page.get_by_role("dialog", name="Bring back a posted transaction")
    dialog.get_by_label("Transaction").fill(invoice["number"])
    dialog.get_by_label("Transaction").press("Enter")
    expect(dialog.get_by_label("Transaction")).to_have_value(re.compile(f"^{invoice['number']} invoice"))
    dialog.get_by_role("button", name="Bring back").click()
    # Its type and customer are fixed. Its receivable type is open again once its lines are deleted.
    for label in ("Transaction", "Customer", "Rec. type"):
        expect(field(page, label)).not_to_be_editable()
    cell(page, "Net", 1).focus()
    page.keyboard.press("Control+Delete")
    expect(field(page, "Rec. type")).to_be_editable()
    expect(field(page, "Customer")).not_to_be_editable()
    field(page, "Customer").focus()
    expect(page.get_by_label("About this field")).to_contain_text("cannot be changed on a posted transaction")


@pytest.mark.usefixtures("four_eyes")
def test_a_batch_over_the_limit_is_posted_by_somebody_else(sitting: SitDown, rita: Clerk) -> None:
    batch_id = new_batch(rita)
    enter(rita, batch_id)
    desk = sitting(RITA)
    page = desk.page
    desk.open(f"batches/{batch_id}")
    page.get_by_role("button", name="Validate").click()
    expect(page.get_by_role("status").first.get_by_text("valid", exact=True)).to_be_visible()
    page.get_by_role("button", name="Post").click()
    page.get_by_role("dialog").get_by_role("button", name="Post 1 entry, $108.25").click()
    approve = page.get_by_role("button", name="Approve and post 1 entry, $108.25")
    expect(approve).to_have_attribute("aria-disabled", "true")
    other = sitting(ADMIN)
    other.open("")
    other.page.get_by_role("link", name="Open: Batches to approve").click()
    other.page.get_by_role("grid", name="Batches").get_by_role("row").nth(1).dblclick()
    other.page.get_by_role("button", name="Approve and post 1 entry, $108.25").click()
    other.page.get_by_role("dialog").get_by_role("button", name="Approve and post 1 entry, $108.25").click()
    expect(other.page.get_by_role("status").first).to_contain_text("posted 1 transaction, $108.25")


def test_an_address_can_name_a_cell(sitting: SitDown, rita: Clerk) -> None:
    batch_id = new_batch(rita)
    enter(rita, batch_id, lines=[{"net": "1.00"}, {"net": "2.00"}])
    page = at_entry(sitting(RITA), batch_id, "1?at=lines/2/net")
    expect(cell(page, "Net", 2)).to_be_focused()
