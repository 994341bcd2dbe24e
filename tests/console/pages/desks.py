"""Clerks with a Chromium: found on this machine, without anything that it would look up by itself."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from deploy.console import CONSOLE, build
from deploy.local.client import Clerk
from deploy.local.sample import SAMPLE
from deploy.local.suite import Suite
from tests.conftest import sample_suite
from tests.console.chromium import MISSING, find_chromium

_ALONE = (
    *("--no-sandbox", "--disable-gpu", "--font-render-hinting=none", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-quic"),
)
_PATIENCE_MS = 20_000


def chromium() -> str:
    """The path of the browser; without one, nothing here can be tested."""
    found = find_chromium()
    if found is None:
        pytest.fail(MISSING)
    return found


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Runs a browser without a window."""
    expect.set_options(timeout=_PATIENCE_MS)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=list(_ALONE))
        yield browser
        browser.close()


@dataclass
class Desk:
    """One clerk at one browser.

    `errors` is what its console has complained about; `expected` are the statuses of refusals that belong to the test.
    """

    suite: Suite
    context: BrowserContext
    page: Page
    user: str
    errors: list[str] = field(default_factory=list)
    expected: set[str] = field(default_factory=set)

    def open(self, address: str) -> None:
        """Opens a page of the console, such as `ready?exportable=true`."""
        self.page.goto(f"{self.suite.gateway_url}/console/{address}")

    def complaints(self) -> list[str]:
        """The errors that do not belong to the test."""
        return [error for error in self.errors if not any(f"status of {status}" in error for status in self.expected)]

    @property
    def password(self) -> str:
        return self.suite.home.secrets.password_of(self.user)

    def log_in(self) -> None:
        """Fills in the log-in that is shown."""
        self.page.get_by_role("textbox", name="User").fill(self.user)
        self.page.get_by_role("textbox", name="Password").fill(self.password)
        self.page.get_by_role("button", name="Log in").click()


SitDown = Callable[..., Desk]
"""Brings a clerk to a desk: the user, then what `sit_down` takes by name."""


def sit_down(browser: Browser, suite: Suite, user: str, *, width: int = 1280, dark: bool = False) -> Desk:
    """A clerk who has logged in and sees home."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light", reduced_motion="reduce"
    )
    context.set_default_timeout(_PATIENCE_MS)
    page = context.new_page()
    desk = Desk(suite, context, page, user)
    page.on("pageerror", lambda error: desk.errors.append(str(error)))
    page.on("console", note_in(desk.errors))
    desk.open("")
    desk.log_in()
    expect(page.get_by_role("banner")).to_be_visible()
    return desk


def note_in(errors: list[str]) -> Callable[[ConsoleMessage], None]:
    """What to do with the messages of a browser's console: errors and warnings are noted."""

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            errors.append(f"{message.text} ({message.location.get('url')})")

    return note


@contextmanager
def suite_for_browsers(home: Path) -> Iterator[Suite]:
    """A suite with the sample company, whose gateway serves the console as its sources are now."""
    build()
    with sample_suite(home) as running:
        yield running


def enter_orders(suite: Suite) -> None:
    """Imports the sample's work orders; all of them are open then."""
    olga = r"ALAMO\olga"
    with closing(Clerk(suite.gateway_url, olga, suite.home.secrets.password_of(olga))) as clerk:
        clerk.upload("/rating/work-orders/import", (SAMPLE / "work-orders.csv").read_bytes())


def figure(words: str | None) -> int:
    """The first number in words of a page."""
    found = re.search(r"([\d,]+)", words or "")
    assert found is not None, words
    return int(found[1].replace(",", ""))


def asked(page: Page, method: str, path: str, body: str = "{}") -> tuple[int, str]:
    """The status and the text of a request that the page sends, as a script of the console would."""
    status, text = page.evaluate(
        """async ([method, path, body]) => {
            const csrf = document.cookie.split("; ").find((one) => one.startsWith("__Host-ratebook-csrf=")).split("=").slice(1).join("=");
            const headers = {"ratebook-csrf": csrf, "content-type": "application/json", "idempotency-key": crypto.randomUUID()};
            const answer = await fetch(path, {method, headers, body: method === "GET" ? undefined : body});
            return [answer.status, await answer.text()];
        }""",
        [method, path, body],
    )
    return status, text


def look_at(desk: Desk, addresses: Iterable[str]) -> None:
    """Opens pages and asserts that everybody can use them: axe finds nothing, and nothing is wider than the window."""
    axe = (CONSOLE / "node_modules" / "axe-core" / "axe.min.js").read_text()
    for address in addresses:
        desk.open(address)
        desk.page.wait_for_load_state("networkidle")
        desk.page.evaluate(axe)
        found = desk.page.evaluate(
            "async () => (await axe.run()).violations.map((one) => [one.id, one.nodes.map((node) => node.html.slice(0, 200))])"
        )
        assert found == [], f"{address}: {found}"
        wide = desk.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, address
