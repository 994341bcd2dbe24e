"""Open Rollup Invoice, Work in Progress and Ready to Export: states, totals, drill-down and files."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from operator import ge, le
from typing import Any, cast

import httpx
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from services.rating.rules.work_in_progress import WipFacts, appraise
from shared.access.grants import Grant, Level, Limits
from shared.database.pool import Database
from shared.database.statements import execute
from shared.files.xlsx import XLSX_TYPE
from tests.fixtures.exchange import exchange, work_off
from tests.fixtures.faulty_documents import UNDRAWABLE, use_faulty_documents
from tests.fixtures.ledgers import Company, Enter, Rate, key
from tests.services.rating.conftest import CountStatements, Identity

ROLLUP = "/v1/open-rollup-invoices"
WIP = "/v1/work-in-progress"


@pytest.fixture
async def three_states(
    company: Company, enter: Enter, rate: Rate, rating_database: Database, receivables_database: Database
) -> httpx.AsyncClient:
    """Harlan & Ruiz has one order that is sent, one assigned and one rated. Bexley has one rated and one open."""
    rating, _ = company
    await rating.post(
        "/v1/rollup-rules", json={"ar_company": 1, "bill_to": "S1001", "style": "rollup", "cycle": "monthly"}
    )
    for number in ("W1", "W2", "W3"):
        (order,) = await enter(number)
        await rate(order["id"])
        if number == "W3":
            continue
        assigned = await rating.post("/v1/invoices/assign", json={}, headers=key(number))
        if number == "W1":
            chosen = {"selection": {"invoice_ids": assigned.json()["invoice_ids"]}, "invoice_date": "2026-11-20"}
            await rating.post("/v1/exports", json=chosen, headers=key("export"))
            await exchange(rating_database, receivables_database)
    (other,) = await enter("X1", customer="S1002", zip_code="78130", miles="40")
    await rate(other["id"])
    await enter("O1", customer="S1002")
    await work_off(rating_database)
    return rating


async def test_the_view_shows_the_three_states_of_orders(three_states: httpx.AsyncClient) -> None:
    page = (await three_states.get(ROLLUP)).json()
    assert {item["number"]: item["state"] for item in page["items"]} == {"W1": "sent", "W2": "assigned", "W3": "rated"}
    totals = page["totals"]
    assert (totals["count"], totals["total"]) == (3, "240.00")
    assert (totals["rated_orders"], totals["assigned_orders"], totals["sent_orders"]) == (1, 1, 1)
    assert [(bill_to["bill_to"], bill_to["sent"], bill_to["orders"]) for bill_to in totals["by_bill_to"]] == [
        ("S1001", "80.00", 3)
    ]
    sent = next(item for item in page["items"] if item["state"] == "sent")
    assert (sent["ar_number"], sent["invoice_status"]) == ("100001", "exported")


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({"state": "rated"}, ["W3"]),
        ({"bill_to": "S1002"}, []),
        ({"service_from": "2026-11-03"}, []),
        ({"service_to": "2026-11-02", "branch": "SAT", "state": "sent"}, ["W1"]),
    ],
)
async def test_filters_apply_to_the_view_and_its_totals(
    three_states: httpx.AsyncClient, filters: dict[str, Any], numbers: list[str]
) -> None:
    page = (await three_states.get(ROLLUP, params={**filters, "limit": 1})).json()
    assert [item["number"] for item in page["items"]] == numbers
    assert page["totals"]["count"] == len(numbers)


async def test_a_row_leads_to_its_invoice_and_to_its_order(three_states: httpx.AsyncClient) -> None:
    (row,) = (await three_states.get(ROLLUP, params={"state": "assigned"})).json()["items"]
    invoice = (await three_states.get(f"/v1/invoices/{row['invoice_id']}")).json()
    assert [order["number"] for order in invoice["work_orders"]] == ["W2"]
    again = (await three_states.get(ROLLUP, params={"invoice_id": row["invoice_id"]})).json()
    assert [item["number"] for item in again["items"]] == ["W2"]
    assert (await three_states.get(f"/v1/work-orders/{row['work_order_id']}")).json()["invoice_id"] == row["invoice_id"]


def text_of(pdf: httpx.Response) -> str:
    assert pdf.headers["content-type"] == "application/pdf", pdf.text
    read = PdfReader(BytesIO(pdf.content))
    assert "/StructTreeRoot" in cast("DictionaryObject", read.trailer["/Root"]), "the document is not tagged"
    return "".join(page.extract_text() for page in read.pages)


@pytest.mark.parametrize(
    ("path", "rows", "words"),
    [
        (ROLLUP, 3, ("Open Rollup Invoice", "W1", "100001", "240.00", "2026-11-01 to 11-30")),
        (WIP, 2, ("Work in Progress by Customer", "S1001", "361.00", "Bexley")),
        ("/v1/ready-to-export", 3, ("Rated Workorders Ready to Export", "waiting for its roll-up", "281.00")),
    ],
)
async def test_each_view_is_available_as_csv_xlsx_and_tagged_pdf(
    three_states: httpx.AsyncClient, path: str, rows: int, words: tuple[str, ...]
) -> None:
    table = await three_states.get(path, headers={"accept": "text/csv"}, params={"limit": 1})
    assert len(table.text.strip().splitlines()) == rows + 1
    sheet = await three_states.get(path, headers={"accept": XLSX_TYPE}, params={"limit": 1})
    assert load_workbook(BytesIO(sheet.content)).worksheets[0].max_row == rows + 1
    text = text_of(await three_states.get(path, headers={"accept": "application/pdf"}, params={"limit": 1}))
    assert [word for word in words if word not in text] == []


async def test_work_in_progress_counts_active_orders_and_estimates_open_ones(three_states: httpx.AsyncClient) -> None:
    summary = (await three_states.get(WIP)).json()
    groups = {group["name"]: group for group in summary["groups"]}
    assert (groups["S1001"]["orders"], groups["S1001"]["value"]) == (2, "160.00")
    assert (groups["S1002"]["open"], groups["S1002"]["rated"], groups["S1002"]["value"]) == (1, 1, "201.00")
    assert (summary["totals"]["orders"], summary["totals"]["value"], summary["totals"]["without_value"]) == (
        4,
        "361.00",
        0,
    )
    assert summary["totals"]["oldest_days"] == max((date.fromisoformat(summary["as_of"]) - date(2026, 11, 2)).days, 0)


async def test_the_orders_behind_a_sum_are_listed_with_age_and_value(
    three_states: httpx.AsyncClient, enter: Enter, rating_database: Database
) -> None:
    await enter("Z9", zip_code="99999")
    await work_off(rating_database)
    page = (await three_states.get(f"{WIP}/work-orders", params={"customer": "S1001"})).json()
    assert page["totals"] == {"count": 3}
    assert {item["number"]: (item["value"], item["value_from"], item["why"]) for item in page["items"]} == {
        "W2": ("80.00", "rating", ""),
        "W3": ("80.00", "rating", ""),
        "Z9": (None, "none", "REGION_REQUIRED"),
    }
    assert (await three_states.get(WIP)).json()["totals"]["without_value"] == 1


async def test_an_order_of_two_servers_counts_for_each_and_once_in_the_totals(
    three_states: httpx.AsyncClient, rating_database: Database
) -> None:
    async with rating_database.transaction() as session:
        await execute(
            session,
            """
            UPDATE work_order SET servers = '[{"server": "P1", "share": "60"}, {"server": "P2", "share": "40"}]'
            WHERE number = 'W2'
            """,
        )
    summary = (await three_states.get(WIP, params={"by": "server"})).json()
    assert {group["name"]: group["orders"] for group in summary["groups"]} == {"(none)": 3, "P1": 1, "P2": 1}
    assert summary["totals"]["orders"] == 4
    for state in ("orders", "open", "rated", "assigned", "waiting", "without_value"):
        without_server = sum(group[state] for group in summary["groups"] if group["name"] != "P2")
        assert without_server == summary["totals"][state], state
    page = (await three_states.get(f"{WIP}/work-orders", params={"server": "P2"})).json()
    assert [(item["number"], item["servers"]) for item in page["items"]] == [("W2", ["P1", "P2"])]


async def test_a_limited_clerk_sees_only_their_part_of_each_view(
    three_states: httpx.AsyncClient, identity: Identity
) -> None:
    narrow = Limits(customers=frozenset({"S1002"}))
    grants = [Grant(f"rating.{name}", Level.VIEW, narrow) for name in ("wip", "rollup")]
    headers = identity("rating", *grants)
    assert (await three_states.get(ROLLUP, headers=headers)).json()["totals"]["count"] == 0
    assert [group["name"] for group in (await three_states.get(WIP, headers=headers)).json()["groups"]] == ["S1002"]
    assert (await three_states.get(WIP, headers=identity("rating"))).status_code == 403


@pytest.mark.parametrize("query", [{"by": "moon"}, {"branch": "x y"}, {"service_from": "soon"}])
async def test_an_invalid_filter_is_refused(company: Company, query: dict[str, str]) -> None:
    assert (await company[0].get(WIP, params=query)).status_code == 422


async def test_ready_to_export_warns_of_orders_that_have_to_wait(three_states: httpx.AsyncClient) -> None:
    page = (
        await three_states.get("/v1/ready-to-export", params={"sort": "number", "invoice_date": "2026-11-20"})
    ).json()
    warned = {item["number"]: [one["code"] for one in item["warnings"]] for item in page["items"]}
    assert warned == {"W2": ["CYCLE_NOT_ENDED"], "W3": ["WAITING_FOR_ROLLUP"], "X1": []}


async def test_the_views_of_many_orders_take_as_many_statements_as_those_of_one(
    three_states: httpx.AsyncClient, enter: Enter, count_statements: CountStatements, rating_database: Database
) -> None:
    counted = []
    for size in (1, 150):
        await enter(*(f"V{size}-{index}" for index in range(size)))
        await three_states.post("/v1/rating-runs", json={})
        await work_off(rating_database)
        await enter(*(f"U{size}-{index}" for index in range(size)))
        for path in (ROLLUP, WIP, f"{WIP}/work-orders", "/v1/ready-to-export", "/v1/invoices"):
            async with count_statements(rating_database) as statements:
                assert (await three_states.get(path, params={"limit": 500})).status_code == 200
            counted.append((path, statements.count))
    assert counted[:5] == counted[5:]


def fact(number: int, **facts: Any) -> WipFacts:
    known: dict[str, Any] = {
        "work_order_id": number,
        "number": f"W{number}",
        "branch": "SAT",
        "customer": "S1",
        "customer_name": None,
        "bill_to": "S1",
        "servers": (),
        "job_type": "CITATION",
        "priority": "RUSH",
        "status": "rated",
        "field_status": "served",
        "service_on": date(2026, 11, 2),
        "invoice_id": None,
        "total": Decimal("80.00"),
        "estimate": None,
        "why": None,
        "estimated_at": None,
        "waits": False,
    }
    return WipFacts(**{**known, **facts})


def test_ages_are_days_since_the_service_date_and_never_negative() -> None:
    seen = date(2026, 11, 20)
    orders = appraise([fact(1), fact(2, service_on=seen + timedelta(days=3))], seen)
    assert [order.age_days for order in orders] == [18, 0]


@pytest.mark.parametrize(
    ("facts", "value", "value_from", "why"),
    [
        ({}, Decimal("80.00"), "rating", ""),
        ({"status": "open", "total": None, "estimate": Decimal("9.00"), "why": ""}, Decimal("9.00"), "estimate", ""),
        ({"status": "open", "total": None, "why": "NO_PROFILE"}, None, "none", "NO_PROFILE"),
        ({"status": "open", "total": None}, None, "none", ""),
        ({"estimate": Decimal("9.00"), "why": ""}, Decimal("80.00"), "rating", ""),
    ],
)
def test_the_value_is_that_of_the_rating_or_the_estimate_of_an_open_order(
    facts: dict[str, Any], value: Decimal | None, value_from: str, why: str
) -> None:
    (order,) = appraise([fact(1, **facts)], date(2026, 11, 20))
    assert (order.value, order.value_from, order.why) == (value, value_from, why)


async def test_ages_are_summed_by_group_and_never_negative(three_states: httpx.AsyncClient, enter: Enter) -> None:
    async def ages() -> tuple[int, int]:
        totals = (await three_states.get(WIP)).json()["totals"]
        return totals["oldest_days"], totals["average_days"]

    today = date.fromisoformat((await three_states.get(WIP)).json()["as_of"])
    days = max((today - date(2026, 11, 2)).days, 0)
    assert await ages() == (days, days)
    (order,) = await enter("F1")
    etag = (await three_states.get(f"/v1/work-orders/{order['id']}")).headers["etag"]
    later = {"service_on": (today + timedelta(days=30)).isoformat()}
    changed = await three_states.patch(f"/v1/work-orders/{order['id']}", json=later, headers={"if-match": etag})
    assert changed.status_code == 200, changed.text
    assert await ages() == (days, days * 4 // 5)


@pytest.mark.parametrize("by", ["customer", "server"])
async def test_the_groups_of_work_in_progress_come_in_pages(
    three_states: httpx.AsyncClient, rating_database: Database, by: str
) -> None:
    async with rating_database.transaction() as session:
        await execute(
            session,
            """
            UPDATE work_order SET servers = jsonb_build_array(jsonb_build_object('server', 'P' || id, 'share', '100'))
            WHERE number <> 'W2'
            """,
        )
    whole = (await three_states.get(WIP, params={"by": by})).json()
    assert whole["next_cursor"] is None
    assert (await three_states.get(WIP, params={"by": by, "totals": "false"})).json()["totals"] is None
    names, cursor = [], None
    for _ in whole["groups"]:
        query = {"by": by, "limit": "1", "totals": "true", **({} if cursor is None else {"cursor": cursor})}
        page = (await three_states.get(WIP, params=query)).json()
        assert page["totals"] == whole["totals"]
        names += page["groups"]
        cursor = page["next_cursor"]
    assert (names, cursor) == (whole["groups"], None)
    assert len(names) >= 2
    assert [group["name"] for group in names] == sorted(group["name"] for group in names)


_FEATURES = ("rating.rollup", "rating.wip", "rating.export", "rating.commissions")
_REPORTS = (ROLLUP, WIP, "/v1/ready-to-export", "/v1/commissions")


@pytest.mark.parametrize("path", _REPORTS)
async def test_a_report_shows_names_in_all_scripts_and_names_what_no_font_has(
    three_states: httpx.AsyncClient, rating_database: Database, identity: Identity, path: str
) -> None:
    async with rating_database.transaction() as session:
        await execute(session, "UPDATE customer SET name = '田中法律事務所 مكتب 😀'")
    caller = identity("rating", *(Grant(name, Level.VIEW) for name in _FEATURES), name="ALAMO\\김앤장 🦊")
    answer = await three_states.get(path, headers={**caller, "accept": "application/pdf"})
    text = text_of(answer)
    assert "김앤장" in text
    if path == "/v1/commissions":
        assert answer.headers["replaced-characters"] == "U+1F98A"
    else:
        assert answer.headers["replaced-characters"] == "U+1F600, U+1F98A"
        assert "田中法律事務所" in text


@pytest.mark.parametrize("path", _REPORTS)
async def test_a_report_that_cannot_be_drawn_is_refused_with_a_sentence(
    three_states: httpx.AsyncClient, identity: Identity, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    use_faulty_documents(monkeypatch)
    caller = identity("rating", *(Grant(name, Level.VIEW) for name in _FEATURES), name=f"ALAMO\\{UNDRAWABLE}")
    refused = await three_states.get(path, headers={**caller, "accept": "application/pdf"})
    assert (refused.status_code, refused.json()["code"]) == (422, "DOCUMENT_FAILED")
    assert refused.json()["detail"] == "The document cannot be drawn: unknown variable: undrawable."
    assert (await three_states.get(path, headers={**caller, "accept": "text/csv"})).status_code == 200


async def test_work_in_progress_is_filtered_by_age(three_states: httpx.AsyncClient) -> None:
    everything = (await three_states.get(f"{WIP}/work-orders")).json()["items"]
    ages = sorted({item["age_days"] for item in everything})
    for name, holds in (("age_from", ge), ("age_to", le)):
        for days in (0, *ages, *(age + 1 for age in ages)):
            expected = {item["number"] for item in everything if holds(item["age_days"], days)}
            found = (await three_states.get(f"{WIP}/work-orders", params={name: days})).json()
            assert {item["number"] for item in found["items"]} == expected, (name, days)
            summary = (await three_states.get(WIP, params={name: days})).json()
            assert summary["totals"]["orders"] == len(expected) == found["totals"]["count"]
