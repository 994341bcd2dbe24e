"""Lists refuse forged cursors, and numbers that cannot be ids."""

import base64
import json
from typing import Any

import pytest

from tests.fixtures.ledgers import Company, load


def forged(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


@pytest.mark.parametrize(
    ("sort", "cursor"),
    [
        ("service_on", forged("service_on", "some day", 1)),
        ("total", forged("total", "much", 1)),
        ("id", forged("id", "1", 2**70)),
        ("number", forged("number", "W\u0000", 1)),
        ("number", forged("number", "W\ud800", 1)),
        ("number", forged("total", "1", 1)),
        ("number", base64.urlsafe_b64encode(b"[" * 10_000).decode()),
        ("number", forged("number", 5, 1)),
        ("number", "%%%"),
    ],
)
async def test_a_forged_cursor_is_refused(company: Company, sort: str, cursor: str) -> None:
    rating, _ = company
    await load(rating, "work-orders")
    answer = await rating.get("/v1/work-orders", params={"sort": sort, "cursor": cursor})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "query cursor")


async def test_a_list_without_a_pdf_answers_a_page_when_a_pdf_is_asked_for(company: Company) -> None:
    rating, _ = company
    await load(rating, "work-orders")
    page = await rating.get("/v1/work-orders", headers={"accept": "application/pdf"})
    assert len(page.json()["items"]) == 100


@pytest.mark.parametrize("number", [0, -1, 2**63, 10**30])
async def test_a_number_that_is_not_an_id_is_not_found(company: Company, number: int) -> None:
    rating, receivables = company
    for client, noun in (
        (rating, "work-orders"),
        (rating, "exports"),
        (receivables, "invoices"),
        (receivables, "customers"),
    ):
        assert (await client.get(f"/v1/{noun}/{number}")).status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"run_id": 10**30}, 422),
        ({"ar_company": 10**10}, 422),
        ({"search": "a\u0000"}, 422),
        ({"month": "2026-13"}, 422),
    ],
)
async def test_a_filter_with_an_invalid_value_is_refused(company: Company, query: dict[str, Any], status: int) -> None:
    _, receivables = company
    assert (await receivables.get("/v1/invoices", params=query)).status_code == status


@pytest.mark.parametrize(
    ("path", "several"),
    [
        ("work-orders", True),
        ("ready-to-export", False),
        ("invoices", False),
        ("customers", True),
        ("rating-runs", False),
    ],
)
async def test_totals_come_with_the_first_page_or_when_they_are_asked_for(
    company: Company, path: str, several: bool
) -> None:
    rating, _ = company
    await load(rating, "work-orders")

    async def totals(**query: Any) -> Any:
        return (await rating.get(f"/v1/{path}", params={"limit": 1, **query})).json()["totals"]

    assert await totals() is not None
    assert await totals(totals="false") is None
    if several:
        cursor = (await rating.get(f"/v1/{path}", params={"limit": 1})).json()["next_cursor"]
        assert await totals(cursor=cursor) is None
        assert await totals(cursor=cursor, totals="true") == await totals()


async def test_a_file_of_more_rows_than_fit_is_refused_with_what_to_do(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    rating, _ = company
    await load(rating, "work-orders")
    monkeypatch.setattr("shared.database.pages.MOST_ROWS", 999)
    file = await rating.get("/v1/work-orders", headers={"accept": "text/csv"})
    assert (file.status_code, file.json()["code"]) == (422, "TOO_MANY_ROWS")
    assert "Add filters" in file.json()["detail"]
    monkeypatch.setattr("shared.database.pages.MOST_ROWS", 1000)
    assert len((await rating.get("/v1/work-orders", headers={"accept": "text/csv"})).text.splitlines()) == 1001
