"""A Chromium that clerks use: found on this machine, without anything that it would look up by itself."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from deploy.local.suite import Suite

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ALONE = (
    *("--no-sandbox", "--disable-gpu", "--font-render-hinting=none", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-quic"),
)
_PATIENCE_MS = 20_000


def chromium() -> str:
    """The path of the browser; without one, nothing here can be tested."""
    found = os.environ.get("RATEBOOK_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.fail("There is no Chromium on the PATH. On Debian and Ubuntu, install the package chromium.")
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
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    return desk


def note_in(errors: list[str]) -> Callable[[ConsoleMessage], None]:
    """What to do with the messages of a browser's console: errors and warnings are noted."""

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            errors.append(f"{message.text} ({message.location.get('url')})")

    return note
