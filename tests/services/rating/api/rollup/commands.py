"""The commands of roll-up, as the tests give them."""

from typing import Any

import httpx

from tests.services.conftest import key

MONTHLY = {"ar_company": 1, "bill_to": "S1001", "style": "rollup", "cycle": "monthly"}


async def assign(rating: httpx.AsyncClient, name: object = "assign", **selection: Any) -> httpx.Response:
    return await rating.post("/v1/invoices/assign", json={"selection": selection}, headers=key(name))


async def change(rating: httpx.AsyncClient, order_id: int, **fields: Any) -> dict[str, Any]:
    path = f"/v1/work-orders/{order_id}"
    changed = await rating.patch(path, json=fields, headers={"if-match": (await rating.get(path)).headers["etag"]})
    assert changed.status_code == 200, changed.text
    found: dict[str, Any] = changed.json()
    return found


async def order_of(rating: httpx.AsyncClient, order_id: int) -> dict[str, Any]:
    found: dict[str, Any] = (await rating.get(f"/v1/work-orders/{order_id}")).json()
    return found


async def export(rating: httpx.AsyncClient, name: object, **wanted: Any) -> httpx.Response:
    return await rating.post("/v1/exports", json={"invoice_date": "2026-11-30", **wanted}, headers=key(name))
