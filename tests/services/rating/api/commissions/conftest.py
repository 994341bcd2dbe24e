"""Fixtures of commissions: servers who are paid, orders that they served, and what is done to these."""

import json
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.rating.consumers import invoice_credited
from shared.contracts.event import envelope_bytes
from shared.database import Database
from tests.services.conftest import key, load

SERVERS = b"code,name,receives_commission\nANA,Ana Flores,yes\nTOM,Tom Whitaker,yes\nJOE,Joe Medina,no"
RATES = b"server,percent,effective_from,effective_to\nANA,40,2026-01-01,2026-10-31\nANA,45,2026-11-01,\nTOM,33.3,2026-01-01,"
BOTH = [{"server": "ANA", "share": "1"}, {"server": "TOM", "share": "1"}]


@pytest.fixture(autouse=True)
async def paying(company) -> None:
    """Rating with three servers, and a rate table of San Antonio that pays them: service 25 %, skip trace their own."""
    client: httpx.AsyncClient = company[0]
    assert (await load(client, "servers", SERVERS)).status_code == 201
    assert (await load(client, "commission-rates", RATES)).status_code == 201
    wanted = {
        "branch": "SAT",
        "customer_type": "LAW",
        "priority": "STANDARD",
        "job_type": "CITATION",
        "region": "BEXAR",
    }
    (profile,) = (await client.get("/v1/billing-profiles", params=wanted)).json()["items"]
    fields = ("billing_item", "mode", "bill_type", "rate")
    lines = [{name: line[name] for name in fields} for line in profile["lines"][:2]]
    lines[0] |= {"commission_method": "percent", "commission_rate": "25"}
    lines[1] |= {"commission_method": "server"}
    body = {**wanted, "effective_from": profile["effective_from"], "lines": lines}
    changed = await client.put(f"/v1/billing-profiles/{profile['id']}", json=body, headers={"if-match": '"1"'})
    assert changed.status_code == 200, changed.text


@pytest.fixture
def rated(rating, enter, rate) -> Callable[..., Awaitable[list[dict[str, Any]]]]:
    """Enters and rates orders of the given servers, with skip trace: 80.00 and 195.00."""

    async def do(*numbers: str, servers: list[dict[str, str]] = BOTH) -> list[dict[str, Any]]:
        orders = await enter(*numbers)
        for order in orders:
            body = {"servers": servers, "triggers": ["SKIP_TRACE"]}
            changed = await rating.patch(f"/v1/work-orders/{order['id']}", json=body, headers={"if-match": '"1"'})
            assert changed.json()["servers"] == [{**one, "share": one["share"]} for one in changed.json()["servers"]]
            assert (await rate(order["id"])).status_code == 200
        return orders

    return do


@pytest.fixture
def totals(rating) -> Callable[..., Awaitable[dict[str, tuple[str, ...]]]]:
    """What each server has not yet in A/R, owed, chosen and paid."""

    async def do(**wanted: Any) -> dict[str, tuple[str, ...]]:
        found = (await rating.get("/v1/commissions", params=wanted)).json()["totals"]["by_server"]
        return {one["server"]: (one["accrued"], one["owed"], one["selected"], one["paid"]) for one in found}

    return do


@pytest.fixture
def credit(rating_database: Database, rating) -> Callable[..., Awaitable[None]]:
    """Delivers a credit memo of receivables over part of an order: `await credit(order, "100.00", "175.00")`."""
    count = iter(range(1, 1000))

    def event(order: dict[str, Any], invoice: dict[str, Any], credited: str, remaining: str, version: int) -> bytes:
        data = {
            "ar_company": 1,
            "month": "2026-11",
            "transaction": 900 + next(count),
            "disposition": "rerate" if remaining == "0.00" else None,
            "reason": "agreed",
            "credited_by": "ALAMO\\ruth",
            "booking": invoice,
            "orders": [
                {
                    "work_order_id": order["id"],
                    "version": version,
                    "attempt": 1,
                    "credited": credited,
                    "remaining": remaining,
                }
            ],
        }
        return envelope_bytes(
            uuid.uuid4(), "receivables", "invoice-credited", datetime(2026, 11, 21, tzinfo=UTC), json.dumps(data)
        )

    async def die_half_way(payload: bytes) -> None:
        async with rating_database.transaction() as session:
            await invoice_credited.consumer.take_in(session, [payload])
            raise RuntimeError

    async def do(order: dict[str, Any], credited: str, remaining: str, *, version: int = 1, die: bool = False) -> None:
        run = (await rating.get("/v1/exports")).json()["items"][-1]
        (booked,) = (
            one
            for one in (await rating.get(f"/v1/exports/{run['id']}/invoices")).json()["items"]
            if one["ar_number"] is not None
        )
        invoice = {
            "run_id": run["id"],
            "invoice_id": booked["invoice_id"],
            "attempt": 1,
            "number": booked["ar_number"],
            "month": booked["ar_month"],
            "transaction": booked["ar_transaction"],
        }
        payload = event(order, invoice, credited, remaining, version)
        if die:
            with pytest.raises(RuntimeError):
                await die_half_way(payload)
        for _ in range(2):
            async with rating_database.transaction() as session:
                await invoice_credited.consumer.take_in(session, [payload])

    return do


@pytest.fixture
def close(rating) -> Callable[[], Awaitable[None]]:
    """Closes the open commission period."""

    async def do() -> None:
        newest = (await rating.get("/v1/commission-periods")).json()[0]
        path = f"/v1/commission-periods/{newest['id']}/close"
        assert (await rating.post(path, headers=key(path))).status_code == 200

    return do


@pytest.fixture
def adjust(rating) -> Callable[..., Awaitable[httpx.Response]]:
    """Brings the commission to an amount: `await adjust(commission, "12.00")`."""

    async def do(commission_id: int, amount: str, *, etag: str | None = None, name: str = "") -> httpx.Response:
        path = f"/v1/commissions/{commission_id}"
        held = etag or (await rating.get(path)).headers["etag"]
        body = {"amount": amount, "reason": "agreed with him"}
        named = key(name or uuid.uuid4())
        return await rating.post(f"{path}/adjustments", json=body, headers={"if-match": held, **named})

    return do
