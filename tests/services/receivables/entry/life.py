"""A clerk's random life at the entry of invoices, on a real database: whatever he does, everything adds up."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

import asyncpg
import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from shared.access import Principal
from shared.database import Database
from shared.identity import HEADER, sign_identity
from tests.services.conftest import RECEIVABLES_FEATURES, client_on, everything, key
from tests.services.receivables.conftest import Clerk, work_off


@dataclass(frozen=True)
class Place:
    """Where databases are made, from a template that holds all that a clerk types, and who signs identities."""

    cluster: Callable[[str, str], str]
    template: str
    key: Ed25519PrivateKey

    async def create(self, name: str, template: str) -> None:
        connection = await asyncpg.connect(self.cluster("postgres", "postgres"))
        await connection.execute(f"CREATE DATABASE {name} OWNER receivables_owner TEMPLATE {template}")
        await connection.close()

    async def drop(self, name: str) -> None:
        connection = await asyncpg.connect(self.cluster("postgres", "postgres"))
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()

    @asynccontextmanager
    async def working_on(self, name: str) -> AsyncIterator[tuple[httpx.AsyncClient, Database]]:
        """The service in this process, on this database."""
        database = Database(self.cluster(name, "receivables_runtime"), 3)
        principal = Principal("7", "ALAMO\\life", everything("receivables", RECEIVABLES_FEATURES))
        headers = {HEADER: sign_identity(self.key, principal, "receivables")}
        async with client_on("receivables", database, self.key, headers) as client:
            yield client, database
        await database.close()


_LINES: tuple[Callable[[str], dict[str, str]], ...] = (
    lambda net: {"net": net},
    lambda net: {"net": net, "tax_code": "T5"},
    lambda net: {"net": f"-{net}", "tax_code": "T5"},
)
DEEDS = (
    *("invoice", "invoice", "contract invoice", "post", "post", "post"),
    *("adjustment", "adjustment", "credit_memo", "credit_memo", "write_off", "write_off"),
    *("change", "change", "delete", "line", "line", "header", "remove line", "remove", "undo", "clear"),
)


class EntryLife(RuleBasedStateMachine):
    """Entries typed, changed, posted, credited, written off, brought back; `place` is set by the test."""

    place: Place

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.name = f"life_{uuid.uuid4().hex[:12]}"
        self.commands = 0
        self.journal: list[str] = []
        self.run(self._open())

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    async def _open(self) -> None:
        await self.place.create(self.name, self.place.template)
        self.superuser = await asyncpg.connect(self.place.cluster(self.name, "postgres"))
        self.context = self.place.working_on(self.name)
        self.client, self.database = await self.context.__aenter__()
        self.clerk = Clerk(self.client, self.database)
        self.batches = [await self.clerk.batch(), await self.clerk.batch()]

    def teardown(self) -> None:
        self.run(self._close())
        self.loop.close()

    async def _close(self) -> None:
        await self.context.__aexit__(None, None, None)
        await self.superuser.close()
        await self.place.drop(self.name)

    @initialize(option=st.sampled_from(["full", "distribute", "off"]))
    def choose_tax_on_retainage(self, option: str) -> None:
        self.run(self.clerk.set_company(tax_on_retainage=option))
        for lines in ([{"net": "100.00", "tax_code": "T5"}, {"net": "33.33"}], [{"net": "0.07", "tax_code": "T5"}]):
            self.run(self.clerk.enter(self.batches[0], customer="E1", lines=lines))
        self.run(self._post(0))

    # Hypothesis would begin with the simplest lives, and leave out some deeds in most of them: little would be posted.
    @rule(chance=st.randoms(use_true_random=True))
    def act(self, chance: Random) -> None:
        cents = f"{chance.randrange(1, 500_00) / 100:.2f}"
        lines = [chance.choice(_LINES)(cents) for _ in range(chance.randrange(1, 4))]
        part = chance.choice((100, 30, 57, 100, 130))
        deed, pick = chance.choice(DEEDS), chance.randrange(100)
        self.journal.append(f"{deed}: {pick}, {part} %, {lines}")
        self.run(self._act(deed, pick, part, lines, cents))

    async def _act(self, deed: str, pick: int, part: int, lines: list[dict[str, str]], net: str) -> None:
        batch_id = self.batch(pick)
        if deed == "invoice":
            self.told(await self.clerk.enter(batch_id, customer="E1", lines=lines))
        elif deed == "contract invoice":
            more = [{"contract_item": "20", "net": net}]
            self.told(await self.clerk.enter(batch_id, contract="J-1", lines=more))
        elif deed in {"adjustment", "credit_memo", "write_off"}:
            await self._amend(pick, deed, part)
            if pick % 3:
                await self._post(pick)
        elif deed in {"change", "delete"}:
            await self._bring_back(pick, deed, amended=part % 2 == 0)
        elif deed in {"line", "header", "remove", "remove line"}:
            await self._change(pick, net, deed)
        elif deed == "post":
            await self._post(pick)
        elif deed == "undo":
            await self._undo(pick)
        else:
            self.told(await self.client.post(f"/v1/batches/{batch_id}/clear"))
            self.batches[pick % 2] = await self.clerk.batch()

    async def _amend(self, pick: int, kind: str, part: int) -> None:
        """Takes a share of every line of some invoice, often all that is left, sometimes more than there is."""
        invoices = await self.clerk.invoices(limit=500)
        invoice = await self.clerk.invoice(invoices[pick % len(invoices)]["id"])
        sign = -1 if kind == "adjustment" else 1
        lines = [
            {"apply_line": one["line"], "amount": f"{sign * float(one['remaining']) * part / 100:.2f}"}
            for one in invoice["lines"]
            if float(one["remaining"])
        ]
        if kind == "adjustment" and pick % 3 == 0:
            lines.append({"net": "12.34", "tax_code": "T5"})
        if lines:
            self.told(await self.clerk.enter(self.batch(pick), type=kind, apply_to=invoice["id"], lines=lines))

    async def _bring_back(self, pick: int, action: str, *, amended: bool) -> None:
        found = await self.clerk.invoices(limit=500)
        invoice = await self.clerk.invoice(found[pick % len(found)]["id"])
        ids = [one["id"] for one in invoice["amendments"]] if amended else [invoice["id"]]
        if ids:
            body = {"transaction_id": ids[pick % len(ids)], "action": action}
            self.told(await self.client.post(f"/v1/batches/{self.batch(pick)}/posted-transactions", json=body))

    async def _change(self, pick: int, net: str, deed: str) -> None:
        path = f"/v1/batches/{self.batch(pick)}/entries"
        entries = (await self.client.get(path)).json()["items"]
        if not entries:
            return
        entry = (await self.client.get(f"{path}/{entries[pick % len(entries)]['seq']}")).json()
        path = f"{path}/{entry['seq']}"
        if deed == "header":
            day = f"2026-11-{pick % 28 + 1:02}"
            self.told(await self.clerk.change("PATCH", path, entry["revision"], invoice_date=day))
            return
        if deed == "remove" or not entry["lines"]:
            self.told(await self.clerk.change("DELETE", path, entry["revision"]))
            return
        chosen = entry["lines"][pick % len(entry["lines"])]
        typed = {} if deed == "remove line" else {"net" if chosen["apply_line"] is None else "amount": net}
        method = "DELETE" if deed == "remove line" else "PATCH"
        self.told(await self.clerk.change(method, f"{path}/lines/{chosen['line']}", entry["revision"], **typed))

    async def _post(self, pick: int) -> None:
        batch_id = self.batch(pick)
        batch = await self.clerk.validate(batch_id)
        if batch["status"] in {"valid", "warnings"} and batch["entries"]:
            self.told(await self.clerk.send(batch_id))
            await work_off(self.database)
            assert (await self.clerk.read(batch_id))["status"] == "posted"
            await self._check()
            self.batches[pick % 2] = await self.clerk.batch()

    async def _undo(self, pick: int) -> None:
        for head in await self.clerk.invoices(limit=500):
            invoice = await self.clerk.invoice(head["id"])
            for one in invoice["amendments"]:
                if one["type"] == "write_off":
                    self.commands += 1
                    path = f"/v1/invoices/{invoice['id']}/write-offs/{one['id']}/undo"
                    body = {"reason": "Paid", "month": "2026-11", "undo_date": "2026-11-20"}
                    self.told(await self.client.post(path, json=body, headers=key(f"undo {self.commands}")))
                    await self._check()
                    return

    async def _check(self) -> None:
        answer = (await self.client.get("/v1/reconciliation")).json()
        assert answer["differences"] == [], "\n".join(self.journal)
        unbalanced = await self.superuser.fetch(
            """
            SELECT t.batch_id, t.seq, g.gl_company FROM gl_distribution g JOIN ar_transaction t ON t.id = g.transaction_id
            GROUP BY GROUPING SETS ((t.batch_id, t.seq), (t.batch_id), (g.gl_company))
            HAVING sum(g.debit) <> sum(g.credit)
            """
        )
        settled = await self.superuser.fetch(
            """
            SELECT coalesce(l.applies_to_id, l.transaction_id), coalesce(l.applies_to_line, l.line)
            FROM ar_line l GROUP BY 1, 2
            HAVING sum(l.amount) = 0 AND (sum(l.tax) <> 0 OR sum(l.retainage) <> 0 OR sum(l.retainage_tax) <> 0)
            """
        )
        assert (unbalanced, settled) == ([], []), "\n".join(self.journal)

    def batch(self, pick: int) -> int:
        return self.batches[pick % 2]

    def told(self, answer: httpx.Response) -> None:
        """A refusal is an answer like any other; a crash is not."""
        sent = answer.request
        self.journal.append(f"  {sent.method} {sent.url.path} {sent.content.decode()[:300]}: {answer.status_code}")
        assert answer.status_code < 500, answer.text
