"""Commissions of rated orders over HTTP: booked, adjusted by hand, and reported."""

import asyncio
import json
from io import BytesIO
from typing import Any, cast

import httpx
import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from shared.access.grants import Grant, Level, Limits
from shared.database.pool import Database
from shared.database.statements import execute, fetch_value
from tests.fixtures.commissions import BOTH
from tests.fixtures.exchange import work_off
from tests.fixtures.ledgers import Enter, Rate, key
from tests.services.rating.conftest import Adjust, Close, CountStatements, Export, Identity, Rated, Totals

pytestmark = pytest.mark.usefixtures("paying")


async def test_a_rated_order_earns_its_servers_what_the_rate_table_says(
    rating: httpx.AsyncClient, rated: Rated
) -> None:
    (order,) = await rated("W1")
    page = (await rating.get("/v1/commissions")).json()
    shown = ("server", "billing_item", "base", "method", "amount", "status", "words")
    assert [tuple(item[name] for name in shown) for item in page["items"]] == [
        ("ANA", "Service of process", "40.00", "percent", "10.00", "accrued", "25 % of 80.00, share 1 of 2"),
        ("ANA", "Skip trace", "97.50", "server", "43.88", "accrued", "ANA's own 45 % of 97.50"),
        ("TOM", "Service of process", "40.00", "percent", "10.00", "accrued", "25 % of 80.00, share 1 of 2"),
        ("TOM", "Skip trace", "97.50", "server", "32.47", "accrued", "TOM's own 33.3 % of 97.50"),
    ]
    assert (page["totals"]["accrued"], page["totals"]["owed"]) == ("96.35", "0.00")
    lines = (await rating.get(f"/v1/work-orders/{order['id']}/rating")).json()["lines"]
    assert [line["commission"] for line in lines] == ["20.00", "76.35"]
    trial = (await rating.get(f"/v1/work-orders/{order['id']}/rating/trial")).json()
    assert [line["commission"] for line in trial["lines"]] == ["20.00", "76.35"]


async def test_a_server_who_receives_no_commission_earns_nothing_and_the_booking_says_why(
    rating: httpx.AsyncClient, rated: Rated
) -> None:
    await rated("W1", servers=[{"server": "JOE", "share": "1"}])
    items = (await rating.get("/v1/commissions")).json()["items"]
    assert [(item["amount"], item["words"]) for item in items] == [
        ("20.00", "25 % of 80.00"),
        ("0.00", "JOE does not receive commission"),
    ]


async def test_an_order_without_servers_and_a_fee_advance_earn_nothing(
    rating: httpx.AsyncClient, rated: Rated, rate: Rate, enter: Enter
) -> None:
    await rated("W1", servers=[])
    (order,) = await enter("W2")
    item = {"name": "Court fee", "income_account": "2300", "fee_advance": True}
    assert (await rating.post("/v1/billing-items", json=item)).status_code == 201
    prebill = {"billing_item": "Court fee", "rate": "30", "servers": BOTH, "commission_method": "flat"}
    path = f"/v1/work-orders/{order['id']}"
    wrong = await rating.post(f"{path}/prebills", json=prebill, headers={"if-match": '"1"'})
    assert wrong.json()["errors"][0]["pointer"] == "/commission_rate"
    prebill["commission_rate"] = "5"
    assert (await rating.post(f"{path}/prebills", json=prebill, headers={"if-match": '"1"'})).status_code == 201
    await rate(order["id"])
    assert (await rating.get("/v1/commissions")).json()["totals"]["count"] == 0


async def test_a_prebill_pays_its_own_servers_and_has_its_own_terms(
    rating: httpx.AsyncClient, rate: Rate, enter: Enter
) -> None:
    (order,) = await enter("W1")
    path = f"/v1/work-orders/{order['id']}"
    await rating.patch(path, json={"servers": [{"server": "ANA"}]}, headers={"if-match": '"1"'})
    prebill = {"billing_item": "Certified mail", "rate": "7", "quantity": "3", "commission_method": "flat"}
    body = {**prebill, "commission_rate": "6", "servers": [{"server": "TOM", "share": "2"}, {"server": "JOE"}]}
    await rating.post(f"{path}/prebills", json=body, headers={"if-match": '"2"'})
    assert (await rate(order["id"])).status_code == 200
    items = (await rating.get("/v1/commissions")).json()["items"]
    assert [(item["server"], item["billing_item"], item["base"], item["amount"]) for item in items] == [
        ("ANA", "Service of process", "80.00", "20.00"),
        ("JOE", "Certified mail", "7.00", "2.00"),
        ("TOM", "Certified mail", "14.00", "4.00"),
    ]


async def test_rating_again_replaces_what_was_earned(
    rating: httpx.AsyncClient, rated: Rated, rate: Rate, totals: Totals
) -> None:
    (order,) = await rated("W1")
    path = f"/v1/work-orders/{order['id']}"
    etag = (await rating.get(path)).headers["etag"]
    await rating.patch(path, json={"triggers": [], "servers": [{"server": "TOM"}]}, headers={"if-match": etag})
    for _ in range(2):
        await rate(order["id"])
        assert await totals() == {"TOM": ("20.00", "0.00", "0.00", "0.00")}
    etag = (await rating.get(path)).headers["etag"]
    assert (await rating.delete(f"{path}/rating", headers={"if-match": etag})).status_code == 200
    assert await totals() == {}
    await rate(order["id"])
    assert await totals() == {"TOM": ("20.00", "0.00", "0.00", "0.00")}


async def test_a_commission_can_be_adjusted_until_its_period_is_closed(
    rating: httpx.AsyncClient, rated: Rated, export: Export, adjust: Adjust, close: Close, totals: Totals
) -> None:
    await rated("W1", servers=[{"server": "ANA"}])
    commission = (await rating.get("/v1/commissions")).json()["items"][0]["id"]
    for _ in range(2):
        changed = await adjust(commission, "25.00", etag='"1"', name="once")
        assert (changed.status_code, changed.json()["amount"], changed.headers["etag"]) == (201, "25.00", '"2"')
    assert [(booking["kind"], booking["amount"]) for booking in changed.json()["bookings"]] == [
        ("earned", "20.00"),
        ("adjusted", "5.00"),
    ]
    await export()
    assert (await totals())["ANA"] == ("0.00", "112.75", "0.00", "0.00")
    assert (await adjust(commission, "22.50")).status_code == 201
    assert (await totals())["ANA"] == ("0.00", "110.25", "0.00", "0.00")
    assert (await adjust(commission, "22.50")).json()["code"] == "NOTHING_TO_ADJUST"
    await close()
    refused = await adjust(commission, "30.00")
    assert (refused.status_code, refused.json()["code"]) == (409, "COMMISSION_PERIOD_CLOSED")


async def test_an_adjusted_commission_keeps_its_amount_when_the_order_is_rated_again(
    rating: httpx.AsyncClient, rated: Rated, rate: Rate, adjust: Adjust, close: Close, totals: Totals
) -> None:
    (order,) = await rated("W1", servers=[{"server": "ANA"}])
    commission = (await rating.get("/v1/commissions")).json()["items"][0]["id"]
    await adjust(commission, "25.00")
    for _ in range(2):
        await rate(order["id"])
        assert (await totals())["ANA"] == ("112.75", "0.00", "0.00", "0.00")
    await close()
    await rate(order["id"])
    assert (await totals())["ANA"] == ("112.75", "0.00", "0.00", "0.00")
    assert (await totals(period=2))["ANA"] == ("0.00", "0.00", "0.00", "0.00")


async def test_clerks_who_adjust_at_once_adjust_once(rating: httpx.AsyncClient, rated: Rated, adjust: Adjust) -> None:
    await rated("W1", servers=[{"server": "ANA"}])
    commission = (await rating.get("/v1/commissions")).json()["items"][0]["id"]
    answers = await asyncio.gather(*(adjust(commission, f"{amount}.00", etag='"1"') for amount in (21, 22, 23)))
    assert sorted(answer.status_code for answer in answers) == [201, 412, 412]
    detail = (await rating.get(f"/v1/commissions/{commission}")).json()
    assert len(detail["bookings"]) == 2
    assert detail["amount"] == next(answer.json()["amount"] for answer in answers if answer.is_success)


async def test_a_reversed_commission_cannot_be_adjusted(
    rating: httpx.AsyncClient, rated: Rated, rate: Rate, adjust: Adjust
) -> None:
    (order,) = await rated("W1", servers=[{"server": "ANA"}])
    commission = (await rating.get("/v1/commissions")).json()["items"][0]["id"]
    await rate(order["id"])
    refused = await adjust(commission, "5.00")
    assert (refused.status_code, refused.json()["code"]) == (409, "COMMISSION_TAKEN_BACK")


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/v1/commissions/{}/adjustments", {"amount": "1.234", "reason": "x"}, "INVALID_INPUT"),
        ("/v1/commissions/{}/adjustments", {"amount": 5, "reason": "x"}, "INVALID_INPUT"),
        ("/v1/commissions/{}/adjustments", {"amount": "5.00", "reason": ""}, "INVALID_INPUT"),
        ("/v1/commissions/{}/adjustments", {"amount": "5.00"}, "INVALID_INPUT"),
        ("/v1/commissions/0/adjustments", {"amount": "5.00", "reason": "x"}, "NOT_FOUND"),
        ("/v1/commissions/999/adjustments", {"amount": "5.00", "reason": "x"}, "NOT_FOUND"),
        ("/v1/commission-payments", {"servers": []}, "INVALID_INPUT"),
        ("/v1/commission-payments", {"servers": ["WHO"]}, "UNKNOWN_REFERENCE"),
        ("/v1/commission-payments", {"through_period": 0}, "INVALID_INPUT"),
        ("/v1/commission-payments", {"to": "ANA"}, "INVALID_INPUT"),
        ("/v1/commission-payments/7/pay", {}, "NOT_FOUND"),
    ],
)
async def test_invalid_input_is_refused_and_books_nothing(
    rating: httpx.AsyncClient, rated: Rated, path: str, body: dict[str, Any], code: str
) -> None:
    await rated("W1", servers=[{"server": "ANA"}])
    before = (await rating.get("/v1/commissions")).json()
    commission = before["items"][0]["id"]
    answer = await rating.post(path.format(commission), json=body, headers={"if-match": '"1"', **key(1)})
    assert answer.json()["code"] == code, answer.text
    assert (await rating.get("/v1/commissions")).json() == before


async def test_commissions_of_orders_in_another_branch_are_not_shown(
    rating: httpx.AsyncClient, rated: Rated, export: Export, identity: Identity
) -> None:
    await rated("W1")
    await export()
    commission = (await rating.get("/v1/commissions")).json()["items"][0]["id"]
    miami = identity("rating", Grant("rating.commissions", Level.APPROVE, Limits(branches=frozenset({"MIA"}))))
    page = (await rating.get("/v1/commissions", headers=miami)).json()
    assert (page["items"], page["totals"]["by_server"]) == ([], [])
    assert (await rating.get(f"/v1/commissions/{commission}", headers=miami)).status_code == 404
    assert (await rating.get("/v1/commission-periods", headers=miami)).json()["items"][0]["amount"] == "0.00"
    refused = await rating.post("/v1/commission-payments", json={}, headers={**miami, **key(1)})
    assert refused.json()["code"] == "NOTHING_TO_PAY"
    payment = (await rating.post("/v1/commission-payments", json={}, headers=key(2))).json()
    assert (await rating.get(f"/v1/commission-payments/{payment['id']}", headers=miami)).status_code == 404
    assert (await rating.get("/v1/commission-payments", headers=miami)).json()["items"] == []
    viewer = identity("rating", Grant("rating.commissions", Level.VIEW))
    for path in ("/v1/commission-payments", "/v1/commission-periods/1/close"):
        assert (await rating.post(path, json={}, headers={**viewer, **key(3)})).status_code == 403


async def test_the_report_by_server_as_csv_xlsx_and_pdf_contains_everything(
    rating: httpx.AsyncClient, rated: Rated, export: Export
) -> None:
    await rated("W1", "W2")
    await export()
    table = await rating.get("/v1/commissions", headers={"accept": "text/csv"}, params={"limit": 1})
    rows = table.text.strip().splitlines()
    assert len(rows) == 9
    assert rows[0].lstrip("\ufeff").startswith("id,commission_id,kind,period,server")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    book = await rating.get("/v1/commissions", headers={"accept": kind})
    assert (book.headers["content-type"], book.content[:2]) == (kind, b"PK")
    pdf = await rating.get("/v1/commissions", headers={"accept": "application/pdf"}, params={"server": "ANA"})
    reader = PdfReader(BytesIO(pdf.content))
    assert "/StructTreeRoot" in cast("DictionaryObject", reader.trailer["/Root"])
    text = "".join(page.extract_text() for page in reader.pages)
    assert all(word in text for word in ("Commissions by Server", "Ana Flores", "W1", "W2", "100001", "107.76", "owed"))
    assert "Tom Whitaker" not in text


async def test_commissions_of_many_orders_take_no_more_statements_than_those_of_one(
    rating: httpx.AsyncClient, enter: Enter, rating_database: Database, count_statements: CountStatements
) -> None:
    counted = []
    # The first run reads the rate table, which is cached afterwards.
    for number, size in enumerate((1, 1, 120)):
        await enter(*(f"B{number}-{index}" for index in range(size)))
        async with rating_database.transaction() as session:
            await execute(
                session,
                "UPDATE work_order SET servers = CAST(:both AS jsonb) WHERE status = 'open'",
                both=json.dumps(BOTH),
            )
        await rating.post("/v1/rating-runs", json={})
        async with count_statements(rating_database) as statements:
            await work_off(rating_database)
        counted.append(statements.count)
        async with rating_database.transaction() as session:
            assert await fetch_value(session, "SELECT count(*) FROM commission") == 2 * sum((1, 1, 120)[: number + 1])
    assert counted[1] == counted[2]


async def test_removing_a_draft_takes_back_the_commissions_of_its_orders(
    rating: httpx.AsyncClient, rated: Rated, totals: Totals
) -> None:
    orders = await rated("W1", "W2")
    ids = [order["id"] for order in orders]
    earned = await totals()
    made = await rating.post("/v1/invoices", json={"work_order_ids": ids}, headers=key(1))
    path = f"/v1/invoices/{made.json()['invoice']['id']}"
    taken_off = await rating.post(f"{path}/unassign", json={}, headers={"if-match": made.headers["etag"]})
    assert taken_off.status_code == 200
    assert await totals() == earned
    again = await rating.post("/v1/invoices", json={"work_order_ids": ids}, headers=key(2))
    path = f"/v1/invoices/{again.json()['invoice']['id']}"
    assert (await rating.delete(path, headers={"if-match": again.headers["etag"]})).status_code == 204
    assert {accrued for accrued, *_ in (await totals()).values()} <= {"0.00"}
    assert any(accrued != "0.00" for accrued, *_ in earned.values())


async def test_an_open_order_that_is_invoiced_on_demand_earns_its_commissions(
    rating: httpx.AsyncClient, enter: Enter, totals: Totals
) -> None:
    (order,) = await enter("W1")
    path = f"/v1/work-orders/{order['id']}"
    served = await rating.patch(path, json={"servers": [{"server": "ANA", "share": "1"}]}, headers={"if-match": '"1"'})
    headers = {"if-match": served.headers["etag"], **key(1)}
    assert (await rating.post(f"{path}/on-demand-invoice", json={}, headers=headers)).status_code == 202
    assert (await totals())["ANA"][0] == "20.00"
