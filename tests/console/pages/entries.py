"""Batches and entries for tests of pages, and the hands of a clerk who types entries."""

import time
from typing import Any

from playwright.sync_api import Locator, Page, expect

from deploy.local.client import Clerk
from tests.console.pages.desks import Desk

RITA = r"ALAMO\rita"
ADMIN = r"ALAMO\admin"


def this_month(clerk: Clerk) -> str:
    """The month of today if it is open, else the first open one."""
    months: list[str] = clerk.get("/receivables/codes")["ar_companies"][0]["open_months"]
    now = time.strftime("%Y-%m")
    return now if now in months else months[0]


def new_batch(clerk: Clerk, **fields: Any) -> int:
    batch = clerk.post("/receivables/batches", {"ar_company": 1, "month": this_month(clerk), **fields})
    return int(batch["id"])


def enter(clerk: Clerk, batch_id: int, **fields: Any) -> dict[str, Any]:
    body = {"customer": "S1002", "lines": [{"net": "100.00", "description": "Service"}], **fields}
    entry: dict[str, Any] = clerk.post(f"/receivables/batches/{batch_id}/entries", body)
    return entry


def post_batch(clerk: Clerk, batch_id: int) -> None:
    """Validates and posts a batch, and waits until it is posted."""
    for step in ("validate", "post"):
        clerk.post(f"/receivables/batches/{batch_id}/{step}", {})
        for _ in clerk.follow(f"/receivables/batches/{batch_id}/events"):
            pass


def posted_invoice(clerk: Clerk, **fields: Any) -> dict[str, Any]:
    """An invoice that is posted, as the list of invoices shows it."""
    batch_id = new_batch(clerk)
    enter(clerk, batch_id, **fields)
    post_batch(clerk, batch_id)
    found: dict[str, Any] = clerk.get("/receivables/invoices", sort="-id", limit=1)["items"][0]
    return found


def at_entry(desk: Desk, batch_id: int, seq: int | str = "new") -> Page:
    """Opens an entry and waits until its form is known."""
    with desk.page.expect_response(lambda answer: "/entry-forms" in answer.url):
        desk.open(f"batches/{batch_id}/entries/{seq}")
    expect(desk.page.get_by_role("group", name="Header")).to_be_visible()
    return desk.page


def field(page: Page, label: str) -> Locator:
    return page.get_by_role("group", name="Header").get_by_label(label, exact=True)


def cell(page: Page, head: str, line: int) -> Locator:
    return page.get_by_label(f"{head}, line {line}", exact=True)


def focused(page: Page) -> str:
    label: str = page.evaluate(
        "document.activeElement.getAttribute('aria-label') ?? document.activeElement.labels?.[0]?.textContent ?? ''"
    )
    return label


def walk(page: Page, *words: str) -> None:
    """Types each of the words and presses Enter after it, without waiting for anything."""
    for one in words:
        page.keyboard.type(one)
        page.keyboard.press("Enter")


def saved(page: Page) -> None:
    page.keyboard.press("Control+s")
    expect(page.get_by_label("Saved or not")).to_have_text("Saved")


def header_typed(page: Page, customer: str) -> None:
    """Fills the header of an invoice with keys: type, customer, contract, number, date, terms, due, then the texts."""
    walk(page, "", customer, "", "", "", "", "", "November", "")
