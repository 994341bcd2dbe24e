"""A clerk at the entry of invoices: batches, entries and their posting, through the API and the jobs behind it."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from services.receivables.jobs import batches as jobs
from shared.database import Database
from tests.services.conftest import key

ZONE = "America/Chicago"
SETUP = {
    "tax-codes": "ar_company,code,description,rate,tax_payable_account,retainage_tax_account\n1,TX,Texas,5,2200,2210\n",
    "pay-terms": "ar_company,code,description,due_days,discount_days,discount_percent\n1,NET30,30 days,30,15,2\n",
    "materials": "ar_company,code,description,um,unit_price,gl_account\n1,PAPER,Paper,EA,2.50,4010\n",
    "misc-distribution-codes": "ar_company,code,description\n1,CITY,City business tax\n",
    "contracts": "ar_company,number,description,customer,retainage_percent,status\n"
    "1,C-1,Court house,S1001,10,open\n1,C-2,Jail,S1001,10,soft_closed\n1,C-3,Bridge,S1001,0,hard_closed\n",
    "contract-items": "ar_company,contract,item,description,revenue_account,tax_code,um,current_units,current_amount\n"
    "1,C-1,10,Walls,4000,TX,SF,100,10000\n1,C-1,20,Roof,4000,TX,LS,0,5000\n",
}


async def work_off(database: Database) -> None:
    """Carries every batch as far as the jobs do."""
    while await jobs.validate_next(database, ZONE) or await jobs.post_next(database, ZONE):
        pass


class Clerk:
    """Types what the test says, with the versions that were read last; `answer` is what came last."""

    def __init__(self, client: httpx.AsyncClient, database: Database):
        self.client = client
        self._database = database
        self._commands = 0

    async def batch(self, **wanted: Any) -> int:
        answer = await self.client.post("/v1/batches", json={"ar_company": 1, "month": "2026-11", **wanted})
        assert answer.status_code == 201, answer.text
        number: int = answer.json()["id"]
        return number

    async def enter(self, batch_id: int, **typed: Any) -> httpx.Response:
        return await self.client.post(f"/v1/batches/{batch_id}/entries", json=typed)

    async def entered(self, batch_id: int, **typed: Any) -> dict[str, Any]:
        answer = await self.enter(batch_id, **typed)
        assert answer.status_code == 201, answer.text
        entry: dict[str, Any] = answer.json()
        return entry

    async def change(self, method: str, path: str, revision: int, **typed: Any) -> httpx.Response:
        return await self.client.request(method, path, json=typed or None, headers={"if-match": f'"{revision}"'})

    async def validate(self, batch_id: int) -> dict[str, Any]:
        answer = await self.client.post(f"/v1/batches/{batch_id}/validate")
        assert answer.status_code == 202, answer.text
        await work_off(self._database)
        return await self.read(batch_id)

    async def send(self, batch_id: int) -> httpx.Response:
        self._commands += 1
        return await self.client.post(f"/v1/batches/{batch_id}/post", headers=key(f"{batch_id} {self._commands}"))

    async def post(self, batch_id: int) -> dict[str, Any]:
        """Validates and posts a batch."""
        found = await self.validate(batch_id)
        assert found["status"] in {"valid", "warnings"}, (found, await self.findings(batch_id))
        sent = await self.send(batch_id)
        assert sent.status_code == 202, sent.text
        await work_off(self._database)
        return await self.read(batch_id)

    async def read(self, batch_id: int) -> dict[str, Any]:
        found: dict[str, Any] = (await self.client.get(f"/v1/batches/{batch_id}")).json()
        return found

    async def findings(self, batch_id: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.client.get(f"/v1/batches/{batch_id}/findings")).json()
        return found

    async def invoices(self, **wanted: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.client.get("/v1/invoices", params=wanted)).json()["items"]
        return found

    async def invoice(self, invoice_id: int) -> dict[str, Any]:
        found: dict[str, Any] = (await self.client.get(f"/v1/invoices/{invoice_id}")).json()
        return found

    async def post_invoice(self, *lines: dict[str, Any], **header: Any) -> dict[str, Any]:
        """Enters and posts one invoice, and reads it."""
        batch_id = await self.batch()
        await self.entered(batch_id, customer="S1001", **header, lines=list(lines))
        assert (await self.post(batch_id))["status"] == "posted"
        (newest, *_) = await self.invoices(sort="-id", limit=1)
        return await self.invoice(newest["id"])

    async def set_company(self, **parameters: Any) -> None:
        """Gives the company other parameters."""
        read = await self.client.get("/v1/ar-companies/1")
        body = {**read.json(), **parameters}
        answer = await self.client.put("/v1/ar-companies/1", json=body, headers={"if-match": read.headers["etag"]})
        assert answer.status_code == 200, answer.text


@pytest.fixture
async def clerk(receivables: httpx.AsyncClient, receivables_database: Database) -> Clerk:
    """A clerk of company 1, which has taxes, terms, materials, misc. codes and contracts."""
    accounts = "gl_company,account,name\n1,2200,Tax payable\n1,2210,Tax on retainage\n"
    for noun, content in {"gl-accounts": accounts, **SETUP}.items():
        answer = await receivables.post(
            f"/v1/{noun}/import", content=content.encode(), headers={"content-type": "text/csv"}
        )
        assert answer.status_code == 201, answer.text
    return Clerk(receivables, receivables_database)


Posting = Callable[[int], Awaitable[dict[str, Any]]]


@pytest.fixture
def reconciled_receivables(receivables: httpx.AsyncClient) -> Callable[[], Awaitable[None]]:
    """Asserts that receivables has no difference."""

    async def check() -> None:
        assert (await receivables.get("/v1/reconciliation")).json()["differences"] == []

    return check
