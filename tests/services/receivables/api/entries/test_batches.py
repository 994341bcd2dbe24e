"""Batches: who can open them, which status follows, and that many requests at once lose nothing."""

import asyncio
import json
from decimal import Decimal
from typing import Any

import asyncpg
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from services.receivables.actions import posting
from shared.access.grants import Grant, Level
from shared.database.pool import Database
from tests.fixtures.clerk import POSTING, VALIDATION, Clerk, work_off
from tests.fixtures.ledgers import client_on, key
from tests.services.receivables.fixtures import Cluster, CountStatements, Identity, Reconciled

LINE = {"net": "100.00"}


async def test_a_batch_needs_an_open_month(clerk: Clerk) -> None:
    """It must be after the last closed month, and no further ahead than the company keeps open."""
    for month in ("2026-09", "2029-01"):
        refused = await clerk.client.post("/v1/batches", json={"ar_company": 1, "month": month})
        assert (refused.status_code, refused.json()["code"]) == (409, "MONTH_CLOSED")


async def test_the_month_is_looked_at_again_when_a_batch_is_posted(clerk: Clerk) -> None:
    months = (await clerk.client.get("/v1/months")).json()["items"]
    last = max(one["month"] for one in months if one["ar_company"] == 1 and one["open"])
    batch_id = await clerk.batch(month=last)
    await clerk.entered(batch_id, customer="E1", invoice_date=f"{last}-01", lines=[LINE])
    await clerk.validate(batch_id)
    await clerk.set_company(max_open_months=2)
    assert (await clerk.send(batch_id)).status_code == 202
    await clerk.post_on()
    assert (await clerk.read(batch_id))["status"] == "errors"
    assert [one["rule"] for one in await clerk.findings(batch_id)] == ["MONTH_CLOSED"]


async def test_an_edit_after_the_validation_opens_the_batch_again(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    entry = await clerk.entered(batch_id, customer="E1", lines=[LINE])
    assert (await clerk.validate(batch_id))["status"] == "valid"
    changed = await clerk.change("PATCH", f"/v1/batches/{batch_id}/entries/1", entry["revision"], description="New")
    assert changed.status_code == 200, changed.text
    assert (await clerk.read(batch_id))["status"] == "open"
    refused = await clerk.send(batch_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "BATCH_NOT_VALID")


async def test_nobody_edits_while_a_batch_is_validated_or_posted_or_done(
    clerk: Clerk, receivables_database: Database
) -> None:
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, customer="E1", lines=[LINE])
    await clerk.client.post(f"/v1/batches/{batch_id}/validate")
    busy = await clerk.enter(batch_id, customer="E1", lines=[LINE])
    assert (busy.status_code, busy.json()["code"]) == (409, "BATCH_BUSY")
    await work_off(receivables_database)
    await clerk.send(batch_id)
    busy = await clerk.change("DELETE", f"/v1/batches/{batch_id}/entries/1", 1)
    assert (busy.status_code, busy.json()["code"]) == (409, "BATCH_BUSY")
    await work_off(receivables_database)
    done = await clerk.enter(batch_id, customer="E1", lines=[LINE])
    assert (done.status_code, done.json()["code"]) == (409, "BATCH_CLOSED")


async def test_the_progress_of_a_batch_is_streamed_until_it_is_validated_and_posted(
    clerk: Clerk, receivables_database: Database
) -> None:
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, customer="E1", lines=[LINE])
    for start, status in (
        (clerk.client.post(f"/v1/batches/{batch_id}/validate"), "valid"),
        (clerk.send(batch_id), "posted"),
    ):
        assert (await start).status_code == 202
        watching = asyncio.create_task(clerk.client.get(f"/v1/batches/{batch_id}/events"))
        await asyncio.sleep(0.05)
        await work_off(receivables_database)
        stream = (await asyncio.wait_for(watching, 10)).text.splitlines()
        assert [line for line in stream if line.startswith(("id:", "retry:"))][:2] == ["id: 1", "retry: 3000"]
        events = [line.removeprefix("event: ") for line in stream if line.startswith("event:")]
        last = json.loads([line.removeprefix("data: ") for line in stream if line.startswith("data:")][-1])
        assert (events[-1], last["status"]) == ("done", status)
        assert last == (await clerk.client.get(f"/v1/batches/{batch_id}")).json()
    assert (await clerk.client.get("/v1/batches/99/events")).status_code == 404


async def test_an_empty_batch_is_not_posted_and_an_entry_without_lines_is_an_error(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    await clerk.validate(batch_id)
    empty = await clerk.send(batch_id)
    assert (empty.status_code, empty.json()["code"]) == (409, "BATCH_EMPTY")
    await clerk.entered(batch_id, customer="E1")
    assert (await clerk.validate(batch_id))["status"] == "errors"
    assert [(one["seq"], one["rule"]) for one in await clerk.findings(batch_id)] == [(1, "WITHOUT_LINES")]


async def test_clearing_deletes_new_entries_and_cancels_the_batch(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, customer="E1", lines=[LINE])
    cleared = (await clerk.client.post(f"/v1/batches/{batch_id}/clear")).json()
    assert (cleared["status"], cleared["entries"]) == ("cancelled", 0)
    assert (await clerk.client.get("/v1/batches", params={"status": "cancelled"})).json()["totals"] == {"count": 1}


async def test_clearing_releases_what_was_brought_back(clerk: Clerk) -> None:
    invoice = await clerk.post_invoice(LINE)
    body = {"transaction_id": invoice["id"], "action": "change"}
    for _ in range(2):
        batch_id = await clerk.batch()
        held = await clerk.client.post(f"/v1/batches/{batch_id}/posted-transactions", json=body)
        assert held.status_code == 201, held.text
        await clerk.client.post(f"/v1/batches/{batch_id}/clear")
    assert (await clerk.invoice(invoice["id"]))["open"] == "100.00"


async def test_a_restricted_batch_opens_for_its_creator_and_administrators(
    clerk: Clerk, receivables_database: Database, gateway_key: Ed25519PrivateKey, identity: Identity
) -> None:
    batch_id = await clerk.batch(restricted=True)
    path = f"/v1/batches/{batch_id}"
    for level, status in ((Level.EDIT, 403), (Level.ADMIN, 200)):
        headers = identity("receivables", Grant("receivables.batches", level), subject="9", name="ALAMO\\other")
        async with client_on("receivables", receivables_database, gateway_key, headers) as other:
            assert (await other.get(path)).status_code == status
    opened = await clerk.change("PATCH", path, 1, restricted=False)
    assert opened.json()["restricted"] is False


async def test_many_clerks_enter_into_one_batch_and_lose_nothing(clerk: Clerk) -> None:
    batch_id = await clerk.batch()
    answers = await asyncio.gather(*(clerk.enter(batch_id, customer="E1", lines=[LINE]) for _ in range(20)))
    assert sorted(one.json()["seq"] for one in answers) == list(range(1, 21))
    changes = (clerk.change("PATCH", f"/v1/batches/{batch_id}/entries/1", 1, description=str(one)) for one in range(8))
    assert sorted(one.status_code for one in await asyncio.gather(*changes)) == [200] + [412] * 7


async def test_a_hundred_postings_at_once_post_a_batch_once(
    clerk: Clerk, receivables_database: Database, reconciled_receivables: Reconciled
) -> None:
    batch_id = await clerk.batch()
    for _ in range(3):
        await clerk.entered(batch_id, customer="E1", lines=[LINE])
    await clerk.validate(batch_id)

    async def send(number: int) -> int:
        answer = await clerk.client.post(f"/v1/batches/{batch_id}/post", headers=key(f"send {number}"))
        return int(answer.status_code)

    statuses = await asyncio.gather(*(send(number) for number in range(100)))
    assert sorted(statuses) == [202] + [409] * 99

    async def part() -> bool:
        async with receivables_database.transaction() as session:
            return await POSTING.part(session)

    await asyncio.gather(*(part() for _ in range(10)))
    await work_off(receivables_database)
    batch = await clerk.read(batch_id)
    assert (batch["status"], batch["transactions"]) == ("posted", 3)
    await reconciled_receivables()


async def test_a_posting_is_taken_up_where_it_broke_off(
    clerk: Clerk, receivables_database: Database, reconciled_receivables: Reconciled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "PART_ENTRIES", 2)
    batch_id = await clerk.batch()
    for _ in range(5):
        await clerk.entered(batch_id, customer="E1", lines=[LINE])
    await clerk.validate(batch_id)
    await clerk.send(batch_id)
    async with receivables_database.transaction() as session:
        await POSTING.part(session)
    with pytest.raises(RuntimeError, match="power cut"):
        await break_off(receivables_database)
    half = await clerk.read(batch_id)
    assert (half["status"], half["transactions"]) == ("posting", 2)
    await work_off(receivables_database)
    whole = await clerk.read(batch_id)
    assert (whole["status"], whole["transactions"]) == ("posted", 5)
    assert len(await clerk.invoices()) == 5
    await reconciled_receivables()


async def test_the_number_of_statements_does_not_grow_with_the_batch(
    clerk: Clerk, receivables_database: Database, count_statements: CountStatements
) -> None:
    counted = []
    for invoices in (2, 60):
        batch_id = await clerk.batch()
        rows = [f"{number},E2,2026-11-10,100.00" for number in range(invoices)]
        content = "\n".join(["entry,customer,invoice_date,net", *rows]).encode()
        path = f"/v1/batches/{batch_id}/entries/import"
        async with count_statements(receivables_database) as statements:
            imported = await clerk.client.post(path, content=content, headers={"content-type": "text/csv"})
            assert imported.json()["imported"] == invoices
            assert (await clerk.post(batch_id))["transactions"] == invoices
        counted.append(statements.count)
    assert counted[1] <= counted[0], counted


async def break_off(database: Any) -> None:
    """Posts a part and dies before its commit."""
    async with database.transaction() as session:
        await POSTING.part(session)
        raise RuntimeError("power cut")


async def test_an_interrupted_validation_opens_its_batch_again(clerk: Clerk, receivables_database: Database) -> None:
    from services.receivables.jobs.batches import reopen_job

    batch_id = await clerk.batch()
    await clerk.entered(batch_id, customer="E1", lines=[LINE])
    await clerk.client.post(f"/v1/batches/{batch_id}/validate")
    async with receivables_database.transaction() as session:
        assert await VALIDATION.part(session)
        await session.execute(
            text("UPDATE batch SET claimed_by = 'a process that died', claimed_at = now() - interval '1 hour'")
        )
    async with receivables_database.transaction() as session:
        assert not await VALIDATION.part(session)
        await reopen_job.part(session)
    assert (await clerk.read(batch_id))["status"] == "open"


async def test_a_batch_that_the_database_rejects_has_errors_and_nothing_posted(
    clerk: Clerk, receivables_database: Database, cluster: Cluster
) -> None:
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, customer="E1", lines=[LINE, {**LINE, "description": "poison"}])
    await clerk.validate(batch_id)
    await clerk.send(batch_id)
    owner = await asyncpg.connect(cluster(receivables_database.name, "receivables_owner"))
    await owner.execute("ALTER TABLE ar_line ADD CONSTRAINT no_poison CHECK (description <> 'poison')")
    await owner.close()
    await work_off(receivables_database)
    batch = await clerk.read(batch_id)
    assert (batch["status"], batch["transactions"]) == ("errors", 0)
    assert [(one["rule"], one["detail"]) for one in await clerk.findings(batch_id)] == [
        ("REJECTED", "the database rejected it: no_poison")
    ]


async def test_a_month_is_not_closed_while_a_batch_waits_in_it(clerk: Clerk, receivables_database: Database) -> None:
    batch_id = await clerk.batch(month="2026-10")
    await clerk.entered(batch_id, customer="E1", lines=[LINE])
    body = {"ar_company": 1, "month": "2026-10"}
    refused = await clerk.client.post("/v1/months/close", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "BATCHES_OPEN")
    await clerk.post(batch_id)
    assert (await clerk.client.post("/v1/months/close", json=body)).status_code == 204


async def test_over_the_four_eyes_limit_a_batch_awaits_approval_by_somebody_else(
    clerk: Clerk, receivables_database: Database, gateway_key: Ed25519PrivateKey, identity: Identity
) -> None:
    await clerk.set_company(four_eyes_limit="50.00")
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, customer="E1", lines=[LINE])
    await clerk.validate(batch_id)
    assert (await clerk.send(batch_id)).json()["status"] == "awaiting_approval"
    path = f"/v1/batches/{batch_id}"
    own = await clerk.client.post(f"{path}/approve", headers=key("own"))
    assert (own.status_code, own.json()["code"]) == (409, "OWN_BATCH")
    grants = (Grant("receivables.posting", Level.APPROVE), Grant("receivables.batches", Level.VIEW))
    headers = identity("receivables", *grants, subject="9", name="ALAMO\\second")
    async with client_on("receivables", receivables_database, gateway_key, headers) as second:
        assert (await second.post(f"{path}/reject")).json()["status"] == "open"
        await clerk.validate(batch_id)
        await clerk.send(batch_id)
        assert (await second.post(f"{path}/approve", headers=key("second"))).json()["status"] == "posting"
    await work_off(receivables_database)
    assert (await clerk.read(batch_id))["status"] == "posted"


async def listed(clerk: Clerk, **filters: Any) -> list[int]:
    found = (await clerk.client.get("/v1/batches", params=filters)).json()["items"]
    return sorted(one["id"] for one in found)


async def test_batches_are_found_by_month_status_and_creator(clerk: Clerk) -> None:
    first, second = await clerk.batch(), await clerk.batch(month="2026-12")
    assert await listed(clerk, month="2026-12") == [second]
    assert await listed(clerk, status="open", source="ar_invoice") == [first, second]
    assert await listed(clerk, created_by="ALAMO\\nobody") == []


async def test_a_batch_whose_entries_differ_from_its_control_figures_has_warnings(clerk: Clerk) -> None:
    batch_id = await clerk.batch(description="Monday", control_total="100.00", control_count=1)
    await clerk.entered(batch_id, customer="E1", lines=[LINE])
    await clerk.entered(batch_id, customer="E1", lines=[LINE])
    entered = f"{2 * Decimal(LINE['net'])}"
    assert (await clerk.validate(batch_id))["status"] == "warnings"
    assert [(one["seq"], one["field"], one["rule"], one["severity"]) for one in await clerk.findings(batch_id)] == [
        (0, "control_total", "CONTROL_TOTAL_DIFFERS", "warning"),
        (0, "control_count", "CONTROL_COUNT_DIFFERS", "warning"),
    ]
    read = await clerk.read(batch_id)
    changed = await clerk.change("PATCH", f"/v1/batches/{batch_id}", read["revision"], control_total=entered)
    assert (changed.json()["status"], changed.json()["description"]) == ("open", "Monday")
    await clerk.change(
        "PATCH", f"/v1/batches/{batch_id}", changed.json()["revision"], control_count=2, description="Tuesday"
    )
    batch = await clerk.validate(batch_id)
    assert (batch["status"], batch["control_total"], batch["description"]) == ("valid", entered, "Tuesday")


async def test_batches_are_found_by_several_statuses_and_by_who_created_them(
    clerk: Clerk, receivables_database: Database, gateway_key: Ed25519PrivateKey, identity: Identity
) -> None:
    opened, faulty, cancelled = [await clerk.batch() for _ in range(3)]
    await clerk.entered(faulty, customer="E1")
    await clerk.validate(faulty)
    await clerk.client.post(f"/v1/batches/{cancelled}/clear")

    async def found(client: httpx.AsyncClient, **query: Any) -> list[int]:
        return [one["id"] for one in (await client.get("/v1/batches", params={**query, "sort": "id"})).json()["items"]]

    assert await found(clerk.client, status=["open", "errors"]) == [opened, faulty]
    assert await found(clerk.client, status="cancelled", mine=True) == [cancelled]
    assert await found(clerk.client, mine=False) == []
    headers = identity("receivables", Grant("receivables.batches", Level.VIEW), subject="9", name="ALAMO\\other")
    async with client_on("receivables", receivables_database, gateway_key, headers) as other:
        assert await found(other, mine=True) == []
        assert await found(other, mine=False) == [opened, faulty, cancelled]


async def test_a_list_of_entries_shows_totals_and_findings_in_a_fixed_number_of_statements(
    clerk: Clerk, receivables_database: Database, count_statements: CountStatements
) -> None:
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, customer="E1", due_on="2026-01-31", lines=[LINE, {"net": "20.00"}])
    await clerk.entered(batch_id, customer="E3", lines=[])
    await clerk.set_company(customers_on_hold="refuse")
    await clerk.validate(batch_id)
    rows = (await clerk.client.get(f"/v1/batches/{batch_id}/entries")).json()["items"]
    findings = await clerk.findings(batch_id)
    for row in rows:
        entry = (await clerk.client.get(f"/v1/batches/{batch_id}/entries/{row['seq']}")).json()
        severities = [one["severity"] for one in findings if one["seq"] == row["seq"]]
        assert (row["total"], row["lines"], row["errors"], row["warnings"]) == (
            *(entry["total"], len(entry["lines"])),
            *(severities.count("error"), severities.count("warning")),
        )
    assert [(row["customer_name"], row["errors"]) for row in rows] == [("Plain", 0), ("Held", 2)]
    for query, seqs in (
        *(({"customer": "e3"}, [2]), ({"severity": "error"}, [2]), ({"severity": "warning"}, [1, 2])),
        *(({"type": ["invoice", "write_off"]}, [1, 2]), ({"type": "credit_memo"}, [])),
        *(({"rule": "WITHOUT_LINES"}, [2]), ({"rule": "NO_SUCH_RULE"}, [])),
    ):
        page = (await clerk.client.get(f"/v1/batches/{batch_id}/entries", params=query)).json()
        assert [row["seq"] for row in page["items"]] == seqs, query
        assert page["totals"]["count"] == len(seqs)
    calls = []
    for _ in range(2):
        async with count_statements(receivables_database) as statements:
            await clerk.client.get(f"/v1/batches/{batch_id}/entries")
        calls.append(sum(statements.calls.values()))
        await clerk.entered(batch_id, customer="E1", lines=[LINE])
    assert calls[0] == calls[1]
