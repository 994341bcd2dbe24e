"""What is warned of before an export: ratings of 0.00, and rates that have changed; and how amounts and days appear."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from shared.database.pool import Database
from tests.fixtures.exchange import exchange, work_off
from tests.fixtures.ledgers import Company, Enter, Rate, key
from tests.fixtures.rollups import assign, change, export, order_of
from tests.services.rating.conftest import CountStatements, RatedIds, Reconciled

ZERO = "ZERO_TOTAL: its total is 0.00; choose it by its id to export it"
CHANGED = "RATE_CHANGED: its rates have changed since it was rated; rate it again"


async def send(rating: httpx.AsyncClient, order_id: int, part: str, **body: Any) -> httpx.Response:
    path = f"/v1/work-orders/{order_id}"
    headers = {"if-match": (await rating.get(path)).headers["etag"], **key(f"{part} {order_id}")}
    return await rating.post(f"{path}/{part}", json=body, headers=headers)


async def warnings(rating: httpx.AsyncClient, order_id: int) -> list[Any]:
    """Those of the order, which are the same in the list, and those of Ready to Export."""
    order = await order_of(rating, order_id)
    listed = {one["id"]: one for one in (await rating.get("/v1/work-orders")).json()["items"]}
    assert listed[order_id]["warnings"] == order["warnings"]
    ready = {one["work_order_id"]: one for one in (await rating.get("/v1/ready-to-export")).json()["items"]}
    return [order["warnings"], [f"{one['code']}: {one['detail']}" for one in ready[order_id]["warnings"]]]


@pytest.fixture
def worthless(company: Company, enter: Enter) -> Callable[..., Awaitable[int]]:
    """Enters an order whose charge of 80.00 is deducted again, and returns its id."""

    async def make(number: str) -> int:
        (order,) = await enter(number)
        line = {"billing_item": "Mileage", "rate": "-80", "comment": "goodwill"}
        assert (await send(company[0], order["id"], "manual-lines", **line)).status_code == 201
        return int(order["id"])

    return make


async def test_a_rating_of_zero_is_warned_of_everywhere(
    company: Company, worthless: Callable[..., Awaitable[int]], enter: Enter, rating_database: Database
) -> None:
    rating, _ = company
    order_id = await worthless("W1")
    trial = (await rating.get(f"/v1/work-orders/{order_id}/rating/trial")).json()
    assert (trial["total"], trial["warnings"]) == ("0.00", ["ZERO_TOTAL"])
    assert (await order_of(rating, order_id))["warnings"] == []
    await enter("W2")
    started = await rating.post("/v1/rating-runs", json={})
    await work_off(rating_database)
    path = started.headers["location"]
    (outcome,) = (await rating.get(path)).json()["outcomes"]
    assert (outcome["outcome"], outcome["orders"], outcome["zero_totals"]) == ("RATED", 2, 1)
    results = {one["number"]: one["detail"] for one in (await rating.get(f"{path}/results")).json()["items"]}
    assert results == {"W1": ZERO, "W2": ""}
    assert await warnings(rating, order_id) == [["ZERO_TOTAL"], [ZERO]]


async def test_a_rating_of_zero_is_exported_only_when_it_is_chosen(
    company: Company,
    worthless: Callable[..., Awaitable[int]],
    rate: Rate,
    rated_ids: RatedIds,
    rating_database: Database,
    receivables_database: Database,
    reconciled: Reconciled,
) -> None:
    rating, _ = company
    order_id = await worthless("W1")
    await rate(order_id)
    await rated_ids("W2")
    run = (await export(rating, "everything")).json()
    assert (run["orders"], run["left_out_orders"]) == (
        1,
        [{"number": "W1", "reason": ZERO.removeprefix("ZERO_TOTAL: ")}],
    )
    assert (await export(rating, "customer", selection={"bill_tos": ["S1001"]})).json()["code"] == "NOTHING_TO_EXPORT"
    named = await export(rating, "named", selection={"work_order_ids": [order_id]})
    assert (named.status_code, named.json()["total"]) == (202, "0.00")
    await exchange(rating_database, receivables_database)
    assert (await rating.get(named.headers["location"])).json()["exported"] == 1
    await reconciled()


async def test_a_roll_up_with_a_rating_of_zero_waits_until_its_invoice_is_chosen(
    rolled: httpx.AsyncClient, worthless: Callable[..., Awaitable[int]], rate: Rate, rated_ids: RatedIds
) -> None:
    await rate(await worthless("W1"))
    await rated_ids("W2")
    (invoice_id,) = (await assign(rolled)).json()["invoice_ids"]
    refused = (await export(rolled, "everything")).json()
    assert [one["detail"] for one in refused["errors"]] == [
        "work order W1: its total is 0.00; choose it by its id to export it",
        f"work order W2: it is on invoice {invoice_id} together with order W1, whose total is 0.00",
    ]
    assert (await export(rolled, "named", selection={"invoice_ids": [invoice_id]})).json()["total"] == "80.00"


async def test_an_order_is_not_billed_at_zero_on_demand_before_anyone_saw_it(
    company: Company, worthless: Callable[..., Awaitable[int]], rate: Rate
) -> None:
    rating, _ = company
    order_id = await worthless("W1")
    refused = await send(rating, order_id, "on-demand-invoice", invoice_date="2026-11-20")
    assert (refused.status_code, refused.json()["code"]) == (409, "NOT_EXPORTABLE")
    assert refused.json()["detail"].startswith("Work order W1 comes to 0.00. Rate it first")
    assert (await order_of(rating, order_id))["status"] == "open"
    await rate(order_id)
    path = f"/v1/work-orders/{order_id}"
    headers = {"if-match": (await rating.get(path)).headers["etag"], **key("meant")}
    meant = await rating.post(f"{path}/on-demand-invoice", json={"invoice_date": "2026-11-20"}, headers=headers)
    assert meant.status_code == 202, meant.text


async def profile(rating: httpx.AsyncClient) -> tuple[str, dict[str, Any], str]:
    """The path, the content and the ETag of the profile for citations in Bexar County."""
    query = {"branch": "SAT", "customer_type": "LAW", "priority": "STANDARD", "job_type": "CITATION", "region": "BEXAR"}
    (found,) = (await rating.get("/v1/billing-profiles", params=query)).json()["items"]
    path = f"/v1/billing-profiles/{found['id']}"
    read = await rating.get(path)
    lines = [{name: value for name, value in line.items() if name not in _MADE} for line in read.json()["lines"]]
    return (
        path,
        {**{name: read.json()[name] for name in (*query, "effective_from", "source")}, "lines": lines},
        read.headers["etag"],
    )


_MADE = {"position", "income_account", "taxable", "fee_advance"}


async def raise_rates(rating: httpx.AsyncClient) -> None:
    path, content, etag = await profile(rating)
    content["lines"][0]["rate"] = "85"
    assert (await rating.put(path, json=content, headers={"if-match": etag})).status_code == 200


async def end_and_continue(rating: httpx.AsyncClient) -> None:
    """As rates are raised for a later date: the profile ends, and a copy continues it with the same lines."""
    path, _, etag = await profile(rating)
    ended = await rating.post(f"{path}/end", json={"effective_to": "2026-10-31"}, headers={"if-match": etag})
    assert ended.status_code == 200, ended.text
    copied = await rating.post(f"{path}/copies", json={"effective_from": "2026-11-01", "effective_to": None})
    assert copied.status_code == 201, copied.text


async def end(rating: httpx.AsyncClient) -> None:
    path, _, etag = await profile(rating)
    await rating.post(f"{path}/end", json={"effective_to": "2026-10-31"}, headers={"if-match": etag})


async def end_later(rating: httpx.AsyncClient) -> None:
    path, _, etag = await profile(rating)
    await rating.post(f"{path}/end", json={"effective_to": "2026-12-31"}, headers={"if-match": etag})


async def tax_the_item(rating: httpx.AsyncClient) -> None:
    path = "/v1/billing-items/Service of process"
    read = await rating.get(path)
    changed = {**read.json(), "taxable": not read.json()["taxable"]}
    changed.pop("revision", None)
    answer = await rating.put(path, json=changed, headers={"if-match": read.headers["etag"]})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("change", "warned"),
    [(raise_rates, True), (end, True), (tax_the_item, True), (end_and_continue, False), (end_later, False)],
)
async def test_rates_that_changed_since_the_rating_are_warned_of(
    company: Company,
    rated_ids: RatedIds,
    change: Callable[[httpx.AsyncClient], Awaitable[None]],
    warned: bool,
) -> None:
    rating, _ = company
    (order_id,) = await rated_ids("W1")
    assert await warnings(rating, order_id) == [[], []]
    await change(rating)
    assert await warnings(rating, order_id) == ([["RATE_CHANGED"], [CHANGED]] if warned else [[], []])


async def move_zip(rating: httpx.AsyncClient, noun: str, zip_code: str, before: str, after: str | None) -> None:
    """Takes a ZIP code out of a region or zone, and puts it into another one."""
    for code in (before, after):
        if code is not None:
            path = f"/v1/{noun}/{code}"
            read = await rating.get(path)
            zips = {*read.json()["zips"]} ^ {zip_code}
            body = {**read.json(), "zips": sorted(zips)}
            answer = await rating.put(path, json=body, headers={"if-match": read.headers["etag"]})
            assert answer.status_code == 200, answer.text


async def test_a_zip_that_moves_to_another_region_is_warned_of_where_its_rates_differ(
    company: Company, rated_ids: RatedIds
) -> None:
    rating, _ = company
    moved, other = await rated_ids("W1"), await rated_ids("W2", zip_code="78130")
    for code in ("FAR", "NEAR"):
        await rating.post("/v1/regions", json={"code": code, "name": code, "zips": []})
    path, _, _ = await profile(rating)
    copied = await rating.post(f"{path}/copies", json={"region": "NEAR"})
    assert copied.status_code == 201, copied.text
    for before, after, warned in (
        ("BEXAR", "NEAR", False),
        ("NEAR", "FAR", True),
        ("FAR", None, True),
        ("BEXAR", None, False),
    ):
        await move_zip(rating, "regions", "78205", before, after)
        assert await warnings(rating, moved[0]) == ([["RATE_CHANGED"], [CHANGED]] if warned else [[], []]), (
            before,
            after,
        )
    assert await warnings(rating, other[0]) == [[], []]


async def test_a_zip_that_moves_to_another_zone_is_warned_of_where_its_rate_differs(
    company: Company, rating_database: Database
) -> None:
    rating, _ = company
    for zone, zips in (("DOWNTOWN", ["78205", "78204"]), ("INNER", ["78210"]), ("OUTER", [])):
        assert (await rating.post("/v1/zones", json={"code": zone, "name": zone, "zips": zips})).status_code == 201
    await rating.post("/v1/job-types", json={"code": "DELIVERY", "name": "Delivery"})
    pairs = (("DOWNTOWN", "DOWNTOWN", "12"), ("DOWNTOWN", "INNER", "18.50"), ("DOWNTOWN", "OUTER", "18.50"))
    zones = [{"from_zone": begin, "to_zone": end, "rate": rate} for begin, end, rate in pairs]
    key_of = {"branch": "SAT", "customer_type": "ANY", "priority": "ANY", "job_type": "DELIVERY", "region": "ANY"}
    line = {"billing_item": "Mileage", "method": "zone", "zones": zones}
    made = await rating.post("/v1/billing-profiles", json={**key_of, "effective_from": "2026-01-01", "lines": [line]})
    assert made.status_code == 201, made.text
    entry = {"branch": "SAT", "customer": "S1001", "priority": "STANDARD", "job_type": "DELIVERY", "region": "BEXAR"}
    entry |= {"service_on": "2026-11-02", "field_status": "served", "pod_received": "yes", "from_zip": "78204"}
    ids = []
    for number, zip_code in (("W1", "78210"), ("W2", "78205")):
        entered = await rating.post("/v1/work-orders", json={**entry, "number": number, "served_zip": zip_code})
        assert entered.status_code == 201, entered.text
        ids.append(entered.json()["id"])
    await rating.post("/v1/rating-runs", json={})
    await work_off(rating_database)
    assert [await warnings(rating, one) for one in ids] == [[[], []], [[], []]]
    for before, after, warned in (("INNER", "OUTER", False), ("OUTER", "DOWNTOWN", True), ("DOWNTOWN", "INNER", False)):
        await move_zip(rating, "zones", "78210", before, after)
        found = [await warnings(rating, one) for one in ids]
        assert found == [[["RATE_CHANGED"], [CHANGED]] if warned else [[], []], [[], []]], (before, after)


async def test_lists_of_drafts_and_of_open_rollups_show_the_warnings_of_their_orders(
    rolled: httpx.AsyncClient,
    worthless: Callable[..., Awaitable[int]],
    enter: Enter,
    rate: Rate,
    rated_ids: RatedIds,
    rating_database: Database,
    count_statements: CountStatements,
) -> None:
    async def shown() -> tuple[list[Any], dict[str, Any]]:
        drafts = (await rolled.get("/v1/invoices", params={"sort": "id"})).json()["items"]
        orders = (await rolled.get("/v1/open-rollup-invoices")).json()["items"]
        return [one["warnings"] for one in drafts], {one["number"]: one["warnings"] for one in orders}

    await rated_ids("W1")
    await assign(rolled)
    assert await shown() == ([[]], {"W1": []})
    async with count_statements(rating_database) as one:
        await shown()
    await rate(await worthless("W2"))
    (third,) = await enter("W3")
    await change(rolled, third["id"], service_on="2026-10-05")
    await rate(third["id"])
    await assign(rolled, "again")
    assert await shown() == ([["ZERO_TOTAL"], []], {"W1": [], "W2": ["ZERO_TOTAL"], "W3": []})
    await raise_rates(rolled)
    await rated_ids("W4")
    await shown()
    async with count_statements(rating_database) as several:
        drafts, orders = await shown()
    assert drafts == [["ZERO_TOTAL", "RATE_CHANGED"], ["RATE_CHANGED"]]
    assert orders == {"W1": ["RATE_CHANGED"], "W2": ["ZERO_TOTAL", "RATE_CHANGED"], "W3": ["RATE_CHANGED"], "W4": []}
    assert one.count == several.count
    for wanted, numbers in (
        (["RATE_CHANGED"], {"W1", "W2", "W3"}),
        (["RATE_CHANGED", "WAITING_FOR_ROLLUP"], {*orders}),
    ):
        ready = (await rolled.get("/v1/ready-to-export", params={"warning": wanted, "sort": "-charges_total"})).json()
        assert {one["number"] for one in ready["items"]} == numbers
        amounts = [Decimal(one["charges_total"]) for one in ready["items"]]
        assert amounts == sorted(amounts, reverse=True)
        assert {one["code"]: one["orders"] for one in ready["totals"]["by_warning"]}["RATE_CHANGED"] == 3
    assert (await export(rolled, "draft", selection={"branches": ["SAT"]})).status_code == 202
    assert (await rolled.get("/v1/invoices", params={"status": "exporting"})).json()["items"][0]["warnings"] == []


async def test_an_exported_order_is_not_warned_of(company: Company, rated_ids: RatedIds) -> None:
    rating, _ = company
    (order_id,) = await rated_ids("W1")
    assert (await export(rating, "all")).status_code == 202
    await raise_rates(rating)
    assert (await order_of(rating, order_id))["warnings"] == []


async def test_chosen_orders_are_rated_again_and_keep_what_was_entered(
    rolled: httpx.AsyncClient, rated_ids: RatedIds, enter: Enter, rating_database: Database
) -> None:
    """W1 is overridden, W2 is on a draft invoice, W3 is being exported, W4 is open, W5 has no rates any more."""
    first, second, third, fifth = await rated_ids("W1", "W2", "W3", "W5")
    (fourth,) = await enter("W4")
    override = {"billing_item": "Service of process", "amount": "70", "reason": "agreed"}
    assert (await send(rolled, first, "overrides", **override)).status_code == 201
    await send(rolled, third, "on-demand-invoice", invoice_date="2026-11-20")
    await assign(rolled, work_order_ids=[second])
    path = f"/v1/work-orders/{fifth}"
    etag = (await rolled.get(path)).headers["etag"]
    assert (await rolled.patch(path, json={"priority": "SPECIAL"}, headers={"if-match": etag})).status_code == 200
    await raise_rates(rolled)
    chosen = [first, second, third, fourth["id"], fifth]
    started = await rolled.post("/v1/rating-runs", json={"work_order_ids": chosen, "again": True})
    assert started.status_code == 202, started.text
    await work_off(rating_database)
    run = (await rolled.get(started.headers["location"])).json()
    assert (run["again"], run["rated"], run["failed"]) == (True, 3, 2)
    results = (await rolled.get(f"{started.headers['location']}/results")).json()["items"]
    assert {one["number"]: (one["outcome"], one["total"]) for one in results} == {
        "W1": ("RATED", "70.00"),
        "W2": ("RATED", "85.00"),
        "W3": ("SKIPPED", None),
        "W4": ("RATED", "85.00"),
        "W5": ("NO_PROFILE", None),
    }
    (line,) = (await rolled.get(f"/v1/work-orders/{first}/rating")).json()["lines"]
    assert (line["amount"], line["original_amount"], line["override_reason"]) == ("70.00", "85.00", "agreed")
    assert [(await order_of(rolled, one))["status"] for one in (first, second, fifth)] == ["rated", "assigned", "rated"]
    assert (await rolled.get(f"{path}/rating")).json()["total"] == "80.00"
    assert await warnings(rolled, second) == [[], []]


async def test_only_chosen_orders_are_rated_again(company: Company) -> None:
    refused = await company[0].post("/v1/rating-runs", json={"again": True})
    assert refused.status_code == 422
    assert "only work orders chosen by id can be rated again" in refused.text


async def test_amounts_of_a_trial_have_two_decimals_however_they_were_entered(company: Company) -> None:
    rating, _ = company
    order = {
        "number": "T1",
        "branch": "SAT",
        "customer": "S1001",
        "priority": "STANDARD",
        "job_type": "CITATION",
        "served_zip": "78205",
        "service_on": "2026-11-02",
    }
    override = {"billing_item": "Service of process", "amount": "5", "reason": "agreed"}
    answer = await rating.post("/v1/rating-trials", json={"order": order, "overrides": [override]})
    trial = answer.json()
    assert (trial["total"], trial["lines"][0]["amount"]) == ("5.00", "5.00")
    (words,) = [line["words"] for line in trial["explanation"]["lines"] if line["verdict"] == "charged"]
    assert words == "flat 80.00; overridden to 5.00 (agreed)"


async def test_amounts_of_bands_have_two_decimals(company: Company) -> None:
    rating, _ = company
    bands = [{"up_to": "49", "amount": "0"}, {"amount": "10.5"}]
    line = {"billing_item": "Mileage", "method": "banded", "quantity_source": "pages", "steps": bands, "minimum": "1"}
    key_values = {"branch": "SAT", "customer_type": "LAW", "priority": "SPECIAL", "job_type": "CITATION"}
    made = await rating.post(
        "/v1/billing-profiles",
        json={**key_values, "region": "BEXAR", "effective_from": "2026-01-01", "source": "", "lines": [line]},
    )
    (saved,) = made.json()["lines"]
    assert ([step["amount"] for step in saved["steps"]], saved["minimum"]) == (["0.00", "10.50"], "1.00")


@pytest.mark.parametrize("path", ["/v1/ready-to-export", "/v1/open-rollup-invoices"])
async def test_reports_print_the_days_of_the_company(
    rolled: httpx.AsyncClient, rated_ids: RatedIds, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """In San Antonio it is still the evening of the 9th when it is the 10th in UTC."""
    evening = datetime(2026, 11, 10, 3, 30, tzinfo=UTC)
    monkeypatch.setattr("services.rating.api.ratings.now", lambda: evening)
    monkeypatch.setattr("shared.http.files.now", lambda: evening)
    await rated_ids("W1")
    pdf = await rolled.get(path, headers={"accept": "application/pdf"})
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf.content)).pages)
    assert "Printed 2026-11-09 21:30 CST" in text
    assert "2026-11-10" not in text
