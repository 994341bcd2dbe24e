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
    "tax-codes": "ar_company,code,description,rate,tax_payable_account,retainage_tax_account\n1,T5,Five,5,2200,2210\n",
    "pay-terms": "ar_company,code,description,due_days,discount_days,discount_percent\n1,N30,30 days,30,15,2\n",
    "materials": "ar_company,code,description,um,unit_price,gl_account\n1,PAPER,Paper,EA,2.50,4010\n",
    "customers": "ar_company,number,name,customer_type,tax_code,pay_terms,status,credit_limit\n"
    "1,E1,Plain,LAW,,,active,\n1,E2,Taxed,LAW,T5,N30,active,1000.00\n1,E3,Held,LAW,,,hold,\n",
    "contracts": "ar_company,number,description,customer,retainage_percent,status\n"
    "1,J-1,Court house,E1,10,open\n1,J-2,Jail,E1,10,soft_closed\n1,J-3,Bridge,E1,0,hard_closed\n",
    "contract-items": "ar_company,contract,item,description,revenue_account,tax_code,um,current_units,current_amount\n"
    "1,J-1,10,Walls,4000,T5,SF,100,10000\n1,J-1,20,Roof,4000,T5,LS,,5000\n",
}
VALIDATION, POSTING = jobs.validate_job(ZONE), jobs.post_job(ZONE)


async def work_off(database: Database) -> None:
    """Carries every batch as far as the jobs do."""
    for job in (VALIDATION, POSTING):
        busy = True
        while busy:
            async with database.transaction() as session:
                busy = await job.part(session)


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

    async def post_on(self) -> None:
        """Lets the jobs carry on what was sent."""
        await work_off(self._database)

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
        await self.entered(batch_id, **{"customer": "E1", **header}, lines=list(lines))
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
    await load_setup(receivables)
    return Clerk(receivables, receivables_database)


async def load_setup(receivables: httpx.AsyncClient) -> None:
    """Gives company 1 what the tests of entry type."""
    for noun, content in SETUP.items():
        answer = await receivables.post(
            f"/v1/{noun}/import", content=content.encode(), headers={"content-type": "text/csv"}
        )
        assert answer.status_code == 201, answer.text


@pytest.fixture
def reconciled_receivables(receivables: httpx.AsyncClient) -> Callable[[], Awaitable[None]]:
    """Asserts that receivables has no difference."""

    async def check() -> None:
        assert (await receivables.get("/v1/reconciliation")).json()["differences"] == []

    return check
