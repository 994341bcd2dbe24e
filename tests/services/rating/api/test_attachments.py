"""Files at orders: uploaded, listed, given out, removed, and refused where they are not what they say."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from struct import pack
from typing import Any

import httpx
import pytest

from services.rating.actions import attachments
from services.rating.rules.attachments import KEPT_DAYS, MOST_BYTES
from services.rating.settings import Settings
from shared import clock
from shared.access.grants import Grant, Level, Limits
from shared.database.pool import Database
from shared.database.statements import execute, fetch_values
from tests.fixtures.files import pdf, picture
from tests.fixtures.ledgers import Company, Enter

Attach = Callable[..., Any]
_CIRCLE = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Count 1/Kids[2 0 R]>>endobj
trailer<</Root 1 0 R>>
"""
"""A PDF whose pages are in themselves."""


def bomb() -> bytes:
    """A PNG of a few kilobytes that says it has 40,000 × 40,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    head = pack(">IIBBBBB", 40_000, 40_000, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def files_in(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


@pytest.fixture
async def order(enter: Enter) -> dict[str, Any]:
    (entered,) = await enter("W1")
    return entered


@pytest.fixture
def attach(company: Company, order: dict[str, Any]) -> Attach:
    """Attaches a file to the order."""
    rating, _ = company

    async def send(content: bytes, name: str, **more: Any) -> httpx.Response:
        params = {"name": name, **more}
        return await rating.post(f"/v1/work-orders/{order['id']}/attachments", params=params, content=content)

    return send


@pytest.fixture(params=["database", "directory"])
async def place(request: pytest.FixtureRequest, company: Company, tmp_path: Path) -> AsyncIterator[Path | None]:
    """Files are stored in the database, and in a directory."""
    rating, _ = company
    transport = rating._transport
    assert isinstance(transport, httpx.ASGITransport)
    app: Any = transport.app
    settings: Settings = app.state.settings
    directory = tmp_path / "files" if request.param == "directory" else None
    app.state.settings = settings.model_copy(update={"attachments_directory": directory})
    yield directory
    app.state.settings = settings


async def test_a_file_is_attached_listed_given_out_and_removed(
    company: Company, attach: Attach, order: dict[str, Any], place: Path | None, rating_database: Database
) -> None:
    rating, _ = company
    path = f"/v1/work-orders/{order['id']}/attachments"
    scan, photo = pdf(), picture("JPEG")
    first = await attach(scan, "C:\\scans\\Affidavit: Núñez\u202e.PDF", travels=True)
    assert first.status_code == 201, first.text
    one = first.json()
    assert (one["name"], one["media_type"], one["bytes"]) == ("Affidavit_ Núñez.PDF", "application/pdf", len(scan))
    assert (one["travels"], one["revision"], first.headers["etag"]) == (True, 1, '"1"')
    assert (await attach(photo, "door.jpeg")).status_code == 201
    again = await attach(scan, "copy.pdf")
    assert (again.status_code, again.json()["code"]) == (409, "ALREADY_ATTACHED")
    listed = (await rating.get(path)).json()
    assert [(item["name"], item["travels"]) for item in listed["items"]] == [(one["name"], True), ("door.jpeg", False)]
    assert listed["totals"] == {"count": 2}
    for item, content, shown in zip(listed["items"], (scan, photo), ("attachment", "inline"), strict=True):
        given = await rating.get(f"{path}/{item['id']}/content")
        assert (given.content, given.headers["content-type"]) == (content, item["media_type"])
        assert given.headers["content-disposition"].startswith(f"{shown}; filename=")
        assert given.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in given.headers["content-security-policy"]
    if place is not None:
        assert len(files_in(place)) == 2
    changed = await rating.patch(f"{path}/{one['id']}", json={"travels": False}, headers={"if-match": '"1"'})
    assert (changed.json()["travels"], changed.headers["etag"]) == (False, '"2"')
    assert (await rating.delete(f"{path}/{one['id']}", headers={"if-match": '"1"'})).status_code == 412
    assert (await rating.delete(f"{path}/{one['id']}", headers={"if-match": '"2"'})).status_code == 204
    assert (await rating.get(f"{path}/{one['id']}/content")).status_code == 404
    history = (await rating.get(f"/v1/work-orders/{order['id']}/history")).json()["items"]
    assert [(step["action"], step["note"]) for step in history[:4]] == [
        ("file_removed", one["name"]),
        ("file_changed", one["name"]),
        ("file_attached", "door.jpeg"),
        ("file_attached", one["name"]),
    ]
    if place is not None:
        async with rating_database.transaction() as session:
            later = clock.now() + timedelta(days=KEPT_DAYS + 1)
            assert await attachments.delete_removed(session, None, later, 10) == 0, "the directory is not set"
    for days, deleted in ((KEPT_DAYS - 1, 0), (KEPT_DAYS + 1, 1)):
        async with rating_database.transaction() as session:
            later = clock.now() + timedelta(days=days)
            assert await attachments.delete_removed(session, place, later, 10) == deleted
    async with rating_database.transaction() as session:
        left = await fetch_values(session, "SELECT attachment_id FROM attachment_content")
    files = [] if place is None else files_in(place)
    assert len(left) + len(files) == 1, "the content of the other file stays"


async def test_what_is_no_pdf_png_or_jpeg_is_refused_with_the_reason(company: Company, attach: Attach) -> None:
    whole = picture(size=(300, 300), shade=7)
    for content, name, reason in (
        (b"", "empty.pdf", "is not a PDF, PNG or JPEG"),
        (b"MZ\x90", "setup.pdf", "is not a PDF, PNG or JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo.png", "is not a PDF, PNG or JPEG"),
        (picture(), "scan.pdf", "Its name must end with .png"),
        (picture("JPEG"), "photo.png", "Its name must end with .jpg or .jpeg"),
        (picture(), "../..", "has no name"),
        (picture(), " .png", "Its name must end with .png"),
        (whole[: len(whole) // 2], "half.png", "is damaged"),
        (picture()[:8] + b"rubbish", "rubbish.png", "is damaged"),
        (b"%PDF-1.7\nrubbish", "rubbish.pdf", "is damaged"),
        (_CIRCLE, "circle.pdf", "is damaged"),
        (pdf(password="secret"), "locked.pdf", "is protected by a password"),
        (bomb(), "bomb.png", "has more than 50,000,000 pixels"),
        (picture() + bytes(MOST_BYTES), "large.png", "is larger than 10 MiB"),
    ):
        refused = await attach(content, name)
        assert (refused.status_code, refused.json().get("code")) == (422, "ATTACHMENT_REFUSED"), (name, refused.text)
        assert reason in refused.json()["detail"], (name, refused.json()["detail"])


async def test_an_order_has_at_most_50_files_also_when_two_are_sent_at_once(
    attach: Attach, order: dict[str, Any], rating_database: Database
) -> None:
    async with rating_database.transaction() as session:
        await execute(
            session,
            """
            INSERT INTO attachment (work_order_id, name, media_type, bytes, sha256, travels, stored_in, uploaded_by)
            SELECT :order_id, n || '.pdf', 'application/pdf', 1, n::text, false, 'database', 'x' FROM generate_series(1, 49) n
            """,
            order_id=order["id"],
        )
    sent = await asyncio.gather(*(attach(picture(shade=shade), f"{shade}.png") for shade in (1, 2)))
    assert sorted(answer.status_code for answer in sent) == [201, 422]
    (refused,) = [answer for answer in sent if answer.status_code == 422]
    assert refused.json()["detail"] == "Work order W1 has 50 files, which is the limit. Remove one first."


async def test_files_are_for_those_who_may_see_the_order(
    company: Company, attach: Attach, order: dict[str, Any], identity: Callable[..., dict[str, str]]
) -> None:
    rating, _ = company
    made = (await attach(picture(), "door.png")).json()
    path = f"/v1/work-orders/{order['id']}/attachments"
    elsewhere = identity("rating", Grant("rating.attachments", Level.EDIT, Limits(branches=frozenset({"LAX"}))))
    for place in (path, f"{path}/{made['id']}", f"{path}/{made['id']}/content"):
        assert (await rating.get(place, headers=elsewhere)).status_code == 404
    sent = await rating.post(path, params={"name": "x.png"}, content=picture(shade=9), headers=elsewhere)
    assert sent.status_code == 404
    viewer = identity("rating", Grant("rating.attachments", Level.VIEW))
    assert (await rating.get(f"{path}/{made['id']}/content", headers=viewer)).status_code == 200
    sent = await rating.post(path, params={"name": "x.png"}, content=picture(shade=9), headers=viewer)
    assert sent.status_code == 403


async def test_content_that_was_lost_or_changed_is_not_given_out(
    company: Company, attach: Attach, order: dict[str, Any], place: Path | None, rating_database: Database
) -> None:
    rating, _ = company
    made = (await attach(picture(), "door.png")).json()
    path = f"/v1/work-orders/{order['id']}/attachments/{made['id']}/content"
    if place is None:
        async with rating_database.transaction() as session:
            await execute(session, "DELETE FROM attachment_content")
    else:
        (file,) = files_in(place)
        file.write_bytes(picture(shade=5))
    gone = await rating.get(path)
    assert (gone.status_code, gone.json()["code"]) == (503, "ATTACHMENT_UNAVAILABLE")
