"""A change of something that was changed in the meantime says what it is now, who changed it, and when."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from shared.access.grants import Grant, Level, Limits
from tests.fixtures.ledgers import Company, Enter

Identity = Callable[..., dict[str, str]]


async def change_both(client: httpx.AsyncClient, method: str, path: str, read: str, **sent: Any) -> dict[str, Any]:
    """Changes `path` twice with the version of `read` that was read before; returns the refusal of the second change."""
    version = {"if-match": (await client.get(read)).headers["etag"]}
    first = await client.request(method, path, **{**sent, "headers": version})
    assert first.status_code in {200, 201}, first.text
    second = await client.request(method, path, **{**sent, "headers": version})
    now = await client.get(read)
    refusal: dict[str, Any] = second.json()
    assert (second.status_code, refusal["code"]) == (412, "VERSION_STALE")
    assert refusal["current"] == now.json()
    assert f'"{refusal["current_version"]}"' == now.headers["etag"]
    return refusal


async def test_a_stale_change_of_an_order_shows_the_order(enter: Enter, company: Company) -> None:
    (order,) = await enter("W1")
    path = f"/v1/work-orders/{order['id']}"
    refusal = await change_both(company[0], "PATCH", path, path, json={"reference": "of Olga"})
    assert refusal["current"]["reference"] == "of Olga"
    assert refusal["changed_by"] == refusal["current"]["changed_by"] == "ALAMO\\tester"
    assert refusal["changed_at"] == refusal["current"]["changed_at"]


async def test_a_stale_rating_shows_the_order_that_was_read(enter: Enter, company: Company) -> None:
    """The rating does not exist yet, so the closest that can be read is the order."""
    (order,) = await enter("W1")
    path = f"/v1/work-orders/{order['id']}"
    stale = await company[0].post(f"{path}/rating", headers={"if-match": '"99"'})
    assert stale.json()["current"] == (await company[0].get(path)).json()


async def test_a_stale_change_of_a_record_shows_the_record(company: Company) -> None:
    body = {"code": "RUSH", "name": "At once"}
    await change_both(company[0], "PUT", "/v1/priorities/RUSH", "/v1/priorities/RUSH", json=body)


async def test_a_stale_change_of_a_line_shows_the_entry(company: Company) -> None:
    _, receivables = company
    batch = (await receivables.post("/v1/batches", json={"ar_company": 1, "month": "2026-11"})).json()["id"]
    path = f"/v1/batches/{batch}/entries"
    entry = {"customer": "S1001", "lines": [{"net": "1.00"}]}
    assert (await receivables.post(path, json=entry)).status_code == 201
    refusal = await change_both(receivables, "PATCH", f"{path}/1/lines/1", f"{path}/1", json={"net": "2.00"})
    assert '"2.00"' in json.dumps(refusal["current"]["lines"])


@pytest.mark.parametrize(
    "grants",
    [
        [Grant("rating.rating", Level.EDIT)],
        [
            Grant("rating.rating", Level.EDIT),
            Grant("rating.work_orders", Level.VIEW, Limits(branches=frozenset({"MIA"}))),
        ],
    ],
)
async def test_a_caller_who_may_not_read_the_order_is_not_shown_it(
    enter: Enter, company: Company, identity: Identity, grants: list[Grant]
) -> None:
    (order,) = await enter("W1")
    path = f"/v1/work-orders/{order['id']}/zero-bill"
    headers = {**identity("rating", *grants), "if-match": '"99"'}
    stale = await company[0].post(path, json={"reason": "Cancelled"}, headers=headers)
    assert stale.status_code == 412
    assert stale.json().keys().isdisjoint({"current", "changed_by", "changed_at"})
