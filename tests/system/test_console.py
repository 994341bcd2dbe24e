"""A clerk in a real browser: the short part of the tests of the console. `make test-console` runs all of them."""

import re
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from deploy.console import is_current
from deploy.local.suite import Suite
from tests.console.chromium import MISSING, find_chromium
from tests.system.conftest import Story

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [
    pytest.mark.skipif(find_chromium() is None, reason=MISSING),
    pytest.mark.skipif(
        find_spec("playwright") is None or not is_current(),
        reason="The console is not built as its sources are, or nothing drives a browser. `make test` does both where Node and a Chromium can be had.",
    ),
]


@pytest.fixture(scope="module")
def browser(story: Story) -> Iterator["Browser"]:
    """A browser, after the demo has billed the sample's orders."""
    from tests.console.pages.desks import running_browser

    with running_browser() as running:
        yield running


def test_a_clerk_logs_in_and_follows_an_invoice_to_its_charges(browser: "Browser", suite: Suite) -> None:
    from playwright.sync_api import expect

    from tests.console.pages.desks import look_at, sit_down

    desk = sit_down(browser, suite, r"ALAMO\rita")
    page = desk.page
    desk.open("invoices")
    invoices = page.get_by_role("grid", name="Invoices")
    expect(invoices.get_by_role("row").nth(1)).to_be_visible()
    invoices.get_by_role("row").nth(1).dblclick()
    expect(page.get_by_role("heading", level=1, name=re.compile(r"^Invoice \d+"))).to_be_visible()
    debit, credit = page.get_by_role("region", name="GL rows").locator("tfoot td").all_text_contents()[2:]
    assert debit == credit != "0.00"
    page.get_by_role("region", name="What was billed").get_by_role("link").first.click()
    expect(page.get_by_role("region", name="Why")).to_contain_text("charged")
    look_at(desk, ["", "invoices"])
    desk.context.close()
    assert desk.complaints() == []
