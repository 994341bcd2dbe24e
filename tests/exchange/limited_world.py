"""Two halves of one company that share no branch, customer or AR company, with the same data in both."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from services.receivables.actions import invoice_emails
from services.receivables.jobs import batches as jobs
from services.receivables.jobs.invoice_prints import print_job
from services.receivables.rules.invoice_prints.prints import PrintSelection
from shared.access.grants import EVERYTHING, Limits
from shared.clock import now
from shared.database.pool import Database
from tests.fixtures.exchange import exchange, work_off
from tests.fixtures.ledgers import key
from tests.services.receivables.api.test_records import png

_ZONE = "America/Chicago"
_SERVED = {"priority": "STANDARD", "service_on": "2026-11-02", "field_status": "served", "pod_received": True}


@dataclass
class Half:
    """The names of one half, and the `ids` of what was created in it: order, runs, invoices, batches …"""

    name: str
    branch: str
    company: int
    customer: str
    rolled_customer: str
    contract: str
    jb_company: int
    job_type: str
    served_zip: str
    server: str
    ids: dict[str, Any] = field(default_factory=dict)

    def limits(self, kind: str) -> Limits:
        match kind:
            case "branches":
                return Limits(branches=frozenset({self.branch}))
            case "customers":
                return Limits(customers=frozenset({self.customer, self.rolled_customer}))
            case _:
                return Limits(ar_companies=frozenset({self.company}))


OURS = ("OURS", "SAT", 1, "S1001", "S1006", "C-100", 11, "CITATION", "78205", "S101")
THEIRS = ("THEIRS", "LAX", 2, "L2002", "L2001", "C-200", 21, "SUMMONS", "90012", "L201")


def _service(half: Half) -> dict[str, str]:
    address = {"street": "1 Elm St", "city": half.name, "state": "TX", "zip": half.served_zip}
    return {"party": half.name, **address, "outcome": "served", "served_at": "2026-11-02T10:00"}


@dataclass
class World:
    """Both services for a caller who may do everything, and their databases."""

    rating: httpx.AsyncClient
    receivables: httpx.AsyncClient
    rating_database: Database
    receivables_database: Database

    async def fill(self, half: Half) -> None:
        """Creates one of everything that can be seen in this half."""
        await self.set_up(half)
        await self.work(half)

    async def work(self, half: Half) -> None:
        """Does in this half what clerks do."""
        await self._rate(half)
        await self._export(half)
        await self._leave_work(half)
        await self._commission(half)
        await self._keep_books(half)
        await exchange(self.rating_database, self.receivables_database)

    async def set_up(self, half: Half) -> None:
        code, company = half.name, half.company
        kind = (await self.receivables.get(f"/v1/receivable-types/{company}/1")).json()
        for noun, row in {
            "receivable-types": {**kind, "type": 9, "description": code},
            "customers": {"number": code, "name": code, "customer_type": "LAW"},
            "pay-terms": {"code": code, "description": code, "due_days": 30},
            "tax-codes": {"code": code, "description": code, "rate": "5", "tax_payable_account": "2200", "retainage_tax_account": "2210"},
            "materials": {"code": code, "description": code, "um": "EA", "unit_price": "1", "gl_account": "4060"},
            "misc-distribution-codes": {"code": code, "description": code},
            "contracts": {"number": code, "description": code, "customer": half.customer},
            "contract-items": {"contract": code, "item": "1", "description": code, "revenue_account": "4070", "um": "LS"},
        }.items():  # fmt: skip
            await made(self.receivables.post(f"/v1/{noun}", json={"ar_company": company, **row}))
        number = half.jb_company + 1
        await made(
            self.receivables.post("/v1/jb-companies", json={"number": number, "name": code, "ar_company": company})
        )
        billing = {
            "jb_company": number,
            "bill_month": "2026-10",
            "bill_id": 7,
            "seq": 1,
            "contract": code,
            "invoice_number": "9900",
        }
        await made(self.receivables.post("/v1/job-billings", json=billing))
        logo = {"content-type": "image/png"}
        await made(self.receivables.put(f"/v1/ar-companies/{company}/logo", content=png(), headers=logo))
        # It prints everything that a template gets.
        template = f'#set document(title: "Invoice")\n// Of {half.name}\n#sys.inputs.data'
        text = {"content-type": "text/plain"}
        await made(self.receivables.put(f"/v1/ar-companies/{company}/invoice-template", content=template, headers=text))
        rule = {"ar_company": company, "bill_to": half.rolled_customer, "style": "rollup", "cycle": "monthly"}
        await made(self.rating.post("/v1/rollup-rules", json=rule))
        half.ids |= {"jb_company": number, "code": code, "company": company, "bill_to": half.rolled_customer}

    async def _enter(self, half: Half, number: str, customer: str, **further: Any) -> int:
        body = {
            **_SERVED, "number": f"{half.name}-{number}", "branch": half.branch, "customer": customer, "job_type": half.job_type,
            "served_zip": half.served_zip, "servers": [{"server": half.server, "share": "1"}], "reference": half.name, "servees": "1", "services": [_service(half)], **further,
        }  # fmt: skip
        return int((await made(self.rating.post("/v1/work-orders", json=body))).json()["id"])

    async def _run(self, half: Half) -> int:
        started = await made(self.rating.post("/v1/rating-runs", json={"branches": [half.branch]}))
        await work_off(self.rating_database)
        return int(started.json()["id"])

    async def _rate(self, half: Half) -> None:
        half.ids["order"] = await self._enter(half, "1", half.customer)
        await self._enter(half, "2", half.rolled_customer)
        half.ids["rating_run"] = await self._run(half)

    async def _export(self, half: Half) -> None:
        selection = {"branches": [half.branch]}
        await made(
            self.rating.post("/v1/invoices/assign", json={"selection": selection}, headers=key(f"a {half.name}"))
        )
        body = {"selection": selection, "invoice_date": "2026-11-20"}
        started = await made(self.rating.post("/v1/exports", json=body, headers=key(f"e {half.name}")))
        half.ids["export_run"] = started.json()["id"]
        await exchange(self.rating_database, self.receivables_database)

    async def _leave_work(self, half: Half) -> None:
        """Leaves a draft and an order for one, an order to export, one that has no rate, and a prebill."""
        rolled = await self._enter(half, "3", half.rolled_customer)
        await self._enter(half, "4", half.customer)
        await self._run(half)
        await made(self.rating.post("/v1/invoices", json={"work_order_ids": [rolled]}, headers=key(f"d {half.name}")))
        await self._enter(half, "5", half.rolled_customer)
        await self._run(half)
        waiting = await self._enter(
            half,
            "6",
            half.customer,
            job_type="POSSESSION",
            served_zip="10001",
            services=[],
            field_status="in_field",
            pod_received=False,
        )
        place = f"/v1/work-orders/{half.ids['order']}/attachments"
        attached = await made(self.rating.post(place, params={"name": f"{half.name}.png"}, content=png()))
        half.ids["attachment"] = attached.json()["id"]
        charge = {"billing_item": "Mileage", "rate": "7", "comment": half.name}
        await made(self.rating.post(f"/v1/work-orders/{waiting}/prebills", json=charge, headers={"if-match": '"1"'}))
        drafts = (await self.rating.get("/v1/invoices", params={"limit": 500})).json()["items"]
        half.ids["draft"] = max(one["id"] for one in drafts if one["bill_to"] == half.rolled_customer)

    async def _commission(self, half: Half) -> None:
        bookings = (await self.rating.get("/v1/commissions", params={"limit": 500})).json()["items"]
        half.ids["commission"] = next(one["id"] for one in bookings if one["server"] == half.server)
        body = {"servers": [half.server]}
        chosen = await made(self.rating.post("/v1/commission-payments", json=body, headers=key(f"p {half.name}")))
        half.ids["payment"] = chosen.json()["id"]

    async def _keep_books(self, half: Half) -> None:
        for kind in ("posted", "open"):
            batch = await made(
                self.receivables.post("/v1/batches", json={"ar_company": half.company, "month": "2026-11"})
            )
            half.ids["batch"] = batch.json()["id"]
            line = {"net": "10.00"} | ({"contract_item": "1", "contract_units": "0"} if kind == "open" else {})
            entry: dict[str, Any] = {"customer": half.customer, "description": half.name, "lines": [line]}
            entry["misc_distributions"] = [{"code": half.name, "description": half.name}]
            if kind == "open":
                entry["contract"] = half.name
            await made(self.receivables.post(f"/v1/batches/{half.ids['batch']}/entries", json=entry))
            await made(self.receivables.post(f"/v1/batches/{half.ids['batch']}/validate"))
            await self._work_off_batches()
            if kind == "posted":
                path = f"/v1/batches/{half.ids['batch']}/post"
                await made(self.receivables.post(path, headers=key(f"b {half.name}")))
                await self._work_off_batches()
        invoices = (await self.receivables.get("/v1/invoices", params={"limit": 500})).json()["items"]
        half.ids["invoice"] = next(one["id"] for one in invoices if one["customer"] == half.customer and one["branch"])
        customers = (await self.receivables.get("/v1/customers", params={"limit": 500})).json()["items"]
        half.ids["customer"] = next(one["id"] for one in customers if one["number"] == half.customer)
        asked = await made(self.receivables.post("/v1/invoice-prints", json={"invoice_ids": [half.ids["invoice"]]}))
        half.ids["print"] = asked.json()["id"]
        await _until_idle(self.receivables_database, print_job(_ZONE).part)
        await self._request_approvals(half)
        async with self.receivables_database.transaction() as session:
            selection = PrintSelection(invoice_ids=[half.ids["invoice"]])
            await invoice_emails.queue(session, EVERYTHING, selection, again=False, requested_by=half.name, now=now())

    async def _request_approvals(self, half: Half) -> None:
        """Requests a credit over the limit and the reopening of a month, which both await a second person."""
        await self._credit(half)
        path = f"/v1/ar-companies/{half.company}"
        read = await self.receivables.get(path)
        limited, version = {**read.json(), "four_eyes_limit": "0.00"}, {"if-match": read.headers["etag"]}
        await made(self.receivables.put(path, json=limited, headers=version))
        body = {"reason": half.name, "month": "2026-11", "lines": [{"line": 1, "amount": "1.00"}]}
        path = f"/v1/invoices/{half.ids['invoice']}/credits"
        asked = await made(self.receivables.post(path, json=body, headers=key(f"c {half.name}")))
        half.ids["credit_request"] = asked.json()["request_id"]
        month = {"ar_company": half.company, "month": "2026-09", "reason": half.name}
        half.ids["reopening"] = (await made(self.receivables.post("/v1/month-reopenings", json=month))).json()["id"]

    async def _credit(self, half: Half) -> None:
        body = {"reason": half.name, "month": "2026-11", "lines": [{"line": 1, "amount": "0.50"}]}
        path = f"/v1/invoices/{half.ids['invoice']}/credits"
        half.ids["credit_memo"] = (
            await made(self.receivables.post(path, json=body, headers=key(f"m {half.name}")))
        ).json()["credit_id"]

    async def _work_off_batches(self) -> None:
        for job in (jobs.validate_job(_ZONE), jobs.post_job(_ZONE)):
            await _until_idle(self.receivables_database, job.part)


async def _until_idle(database: Database, part: Callable[..., Awaitable[bool]]) -> None:
    busy = True
    while busy:
        async with database.transaction() as session:
            busy = await part(session)


async def made(asked: Awaitable[httpx.Response]) -> httpx.Response:
    answer = await asked
    assert answer.is_success, f"{answer.request.method} {answer.request.url}: {answer.text}"
    return answer
