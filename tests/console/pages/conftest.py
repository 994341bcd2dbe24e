"""Browsers for tests of pages. Each module has a suite of its own, with what its clerks work on."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from deploy.local.suite import Suite
from tests.console.pages.desks import Desk, SitDown, running_browser, sit_down


@pytest.fixture(scope="module")
def browser(suite: Suite) -> Iterator[Browser]:
    """A browser, after the suite has started: while one runs, nothing else can run an event loop in this thread."""
    assert suite.servers
    with running_browser() as running:
        yield running


@pytest.fixture
def sitting(browser: Browser, suite: Suite) -> Iterator[SitDown]:
    """Clerks at desks of their own, who leave without an error in their browsers."""
    desks: list[Desk] = []

    def sit(user: str, **how: Any) -> Desk:
        desks.append(sit_down(browser, suite, user, **how))
        return desks[-1]

    yield sit
    for desk in desks:
        desk.context.close()
    assert [error for desk in desks for error in desk.complaints()] == []
