"""Ready to Export says of each order whether an export would include it, by the rule of the export itself."""

from collections.abc import Iterable
from itertools import count
from typing import Any

import httpx
import pytest

from shared.database.pool import Database
from shared.database.statements import execute, fetch_value
from tests.fixtures.ledgers import Rate
from tests.fixtures.rollups import assign, export
from tests.services.rating.conftest import RatedIds

READY = "/v1/ready-to-export"
DATE = "2026-11-20"


async def deduct(rating: httpx.AsyncClient, rate: Rate, order_id: int, amount: str) -> None:
    """Deducts an amount from an order of 80.00, and rates it again."""
    path = f"/v1/work-orders/{order_id}"
    line = {"billing_item": "Mileage", "rate": f"-{amount}", "comment": "goodwill"}
    etag = {"if-match": (await rating.get(path)).headers["etag"]}
    assert (await rating.post(f"{path}/manual-lines", json=line, headers=etag)).status_code == 201
    assert (await rate(order_id)).status_code == 200


@pytest.fixture
async def ready(rolled: httpx.AsyncClient, rated_ids: RatedIds, rate: Rate) -> httpx.AsyncClient:
    """Orders that an export includes, and one for each reason why it does not.

    Harlan & Ruiz, who get one invoice a month, have R1 and R2 on a draft, and R3 on none. Bexley has two single orders, one
    of 0.00, one below, and two drafts of two orders: one of each draft comes to 0.00, or is below.
    """
    await rated_ids("R1", "R2")
    await assign(rolled)
    await rated_ids("R3")
    ids = await rated_ids("S1", "S2", "ZERO", "BELOW", "D1", "DZERO", "E1", "EBELOW", customer="S1002")
    for index, amount in ((2, "80"), (3, "90"), (5, "80"), (7, "90")):
        await deduct(rolled, rate, ids[index], amount)
    for chosen in (ids[4:6], ids[6:8]):
        headers = {"idempotency-key": f"draft {chosen[0]}"}
        made = await rolled.post("/v1/invoices", json={"work_order_ids": chosen}, headers=headers)
        assert made.status_code == 201, made.text
    return rolled


async def blockers(rating: httpx.AsyncClient, **filters: Any) -> dict[str, str | None]:
    """The numbers of the orders that match, with what blocks each."""
    page = (await rating.get(READY, params={"invoice_date": DATE, **filters})).json()
    for one in page["items"]:
        codes = [warning["code"] for warning in one["warnings"]]
        assert one["exportable"] is (one["blocked_by"] is None)
        assert one["exportable"] or one["blocked_by"] == codes[0]
    assert page["totals"]["count"] == len(page["items"])
    return {one["number"]: one["blocked_by"] for one in page["items"]}


async def test_each_order_says_why_an_export_would_not_include_it(ready: httpx.AsyncClient) -> None:
    expected = {
        "R1": "CYCLE_NOT_ENDED",
        "R2": "CYCLE_NOT_ENDED",
        "R3": "WAITING_FOR_ROLLUP",
        "S1": None,
        "S2": None,
        "ZERO": "ZERO_TOTAL",
        "BELOW": "NEGATIVE_TOTAL",
        "D1": "ON_INVOICE_WITH_ZERO",
        "DZERO": "ZERO_TOTAL",
        "E1": "ON_INVOICE_WITH_NEGATIVE",
        "EBELOW": "NEGATIVE_TOTAL",
    }
    assert await blockers(ready) == expected
    assert await blockers(ready, invoice_date="2026-11-30") == expected | {"R1": None, "R2": None}
    closed = await blockers(ready, month="2027-06")
    assert set(closed.values()) == {"EXPORT_DATE_REFUSED"}


async def test_the_export_includes_what_the_totals_call_exportable(
    ready: httpx.AsyncClient, rated_ids: RatedIds, rating_database: Database
) -> None:
    async with rating_database.transaction() as session:
        until = await fetch_value(session, "SELECT max(rated_at) FROM rating")
        await execute(session, "UPDATE invoice SET cycle_to = '2026-11-15' WHERE kind = 'rollup' AND bill_to = 'S1001'")
    await rated_ids("R4", "LATE", customer="S1001")
    await assign(ready, "again", work_order_ids=[(await order_ids(ready))["R4"]])
    tries = count()
    seen = set()
    for invoice_date in ("2026-11-10", DATE, "2026-11-30"):
        for selection in ({}, {"rated_until": until.isoformat()}, {"bill_tos": ["S1001"]}, {"branches": ["SAT"]}):
            filters = {"invoice_date": invoice_date, **dict(singular(selection))}
            shown = (await ready.get(READY, params={**filters, "limit": 1})).json()["totals"]["exportable"]
            wanted = {"invoice_date": invoice_date, "selection": selection, "expected_orders": 999}
            refused = (await export(ready, next(tries), **wanted)).json()
            taken = (refused.get("orders", 0), refused.get("total", "0.00"))
            assert taken == (shown["orders"], shown["total"]), (filters, refused)
            seen.add(taken)
            listed = await blockers(ready, exportable="true", **filters)
            assert (len(listed), set(listed.values())) == (shown["orders"], {None} if listed else set())
            hidden = await blockers(ready, exportable="false", **filters)
            assert None not in hidden.values()
    assert len(seen) > 3
    shown = (await ready.get(READY, params={"invoice_date": "2026-11-30"})).json()["totals"]["exportable"]
    wanted = {"expected_orders": shown["orders"], "expected_total": shown["total"]}
    run = await export(ready, "as seen", invoice_date="2026-11-30", **wanted)
    assert (run.status_code, run.json()["invoices"]) == (202, shown["invoices"])


async def order_ids(rating: httpx.AsyncClient) -> dict[str, int]:
    return {one["number"]: one["id"] for one in (await rating.get("/v1/work-orders")).json()["items"]}


def singular(selection: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """The selection of an export as filters of the report."""
    names = {"bill_tos": "bill_to", "branches": "branch"}
    return ((names.get(name, name), value if name == "rated_until" else value[0]) for name, value in selection.items())


BEXLEY = {"S1", "S2", "ZERO", "BELOW", "D1", "DZERO", "E1", "EBELOW"}
FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({"exportable": "true"}, {"S1", "S2"}),
    ({"warning": "ZERO_TOTAL"}, {"ZERO", "DZERO"}),
    ({"warning": ["ZERO_TOTAL", "WAITING_FOR_ROLLUP"]}, {"ZERO", "DZERO", "R3"}),
    ({"rollup": "true", "bill_to": "S1001"}, {"R1", "R2", "R3"}),
    ({"rollup": "false"}, {"S1", "S2", "ZERO", "BELOW"}),
    ({"search": "zer"}, {"ZERO", "DZERO"}),
    ({"search": "r"}, {"R1", "R2", "R3"}),
    ({"job_type": "SUMMONS"}, set()),
    ({"priority": "STANDARD", "job_type": "CITATION", "exportable": "true", "sort": "-service_on"}, {"S1", "S2"}),
    ({"warning": "OVER_CREDIT_LIMIT", "sort": "job_type"}, {"R1", "R2", "R3"}),
    ({"warning": "BILL_TO_ON_HOLD", "sort": "rated_by"}, BEXLEY),
]


async def test_ready_orders_are_found_by_warnings_and_what_they_are(
    ready: httpx.AsyncClient, rating_database: Database
) -> None:
    async with rating_database.transaction() as session:
        await execute(session, "UPDATE customer SET credit_limit = 239 WHERE number = 'S1001'")
        await execute(session, "UPDATE customer SET status = 'hold' WHERE number = 'S1002'")
    for filters, numbers in FILTERS:
        assert set(await blockers(ready, **filters)) == numbers, filters
        page = (await ready.get(READY, params={"invoice_date": DATE, **filters, "totals": "true"})).json()
        counted = {one["code"]: one["orders"] for one in page["totals"]["by_warning"]}
        shown = [warning["code"] for one in page["items"] for warning in one["warnings"]]
        assert counted == {code: shown.count(code) for code in shown}, filters
