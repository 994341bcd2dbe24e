"""Documents that cannot be drawn, and names that no font has: each fails alone, and a print always ends."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from services.receivables.actions.invoice_prints import print_part
from services.receivables.rules.invoice_prints.documents import compose
from shared.access.grants import Grant, Level
from shared.clock import now
from shared.database.pool import Database
from tests.fixtures.clerk import Clerk
from tests.fixtures.faulty_documents import DEADLY, UNDRAWABLE, use_faulty_documents
from tests.services.receivables.fixtures import Identity

NAME = "田中法律事務所 مكتب 😀"
LONG = "x" * 60


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


async def posted(clerk: Clerk, *descriptions: str) -> list[int]:
    """One invoice for each description; their ids."""
    batch_id = await clerk.batch()
    for description in descriptions:
        await clerk.entered(batch_id, customer="E1", lines=[{"net": "1.00", "description": description}])
    assert (await clerk.post(batch_id))["status"] == "posted"
    return sorted(one["id"] for one in await clerk.invoices(limit=500))[-len(descriptions) :]


async def start(clerk: Clerk, *invoice_ids: int) -> str:
    started = await clerk.client.post("/v1/invoice-prints", json={"invoice_ids": invoice_ids})
    assert started.status_code == 202, started.text
    path: str = started.headers["location"]
    return path


async def step(database: Database, at: datetime) -> bool:
    async with database.transaction() as session:
        return await print_part(session, "America/Chicago", at)


async def print_all(database: Database, at: datetime) -> int:
    """Prints what is due; returns how many steps that took."""
    steps = 0
    while await step(database, at):
        steps += 1
    return steps


async def read(clerk: Clerk, path: str) -> dict[str, Any]:
    found: dict[str, Any] = (await clerk.client.get(path)).json()
    return found


async def test_names_in_all_scripts_are_printed_and_what_is_missing_is_named(
    clerk: Clerk, receivables_database: Database
) -> None:
    (invoice_id,) = await posted(clerk, NAME)
    for method, path in (("GET", "document"), ("POST", "printings")):
        answer = await clerk.client.request(method, f"/v1/invoices/{invoice_id}/{path}")
        assert (answer.status_code, answer.headers["replaced-characters"]) == (200, "U+1F600")
        assert "田中法律事務所" in text_of(answer.content)
    path = await start(clerk, invoice_id)
    assert await print_all(receivables_database, now()) == 1
    (file,) = (await read(clerk, path))["files"]
    assert file["replaced"] == "U+1F600"
    content = await clerk.client.get(f"{path}/files/1")
    assert content.headers["replaced-characters"] == "U+1F600"
    assert "田中法律事務所" in text_of(content.content)
    (plain,) = await posted(clerk, LONG)
    assert "replaced-characters" not in (await clerk.client.get(f"/v1/invoices/{plain}/document")).headers


@pytest.mark.parametrize("name", ["batch-list", "gl-distribution-list", "findings"])
async def test_a_list_of_a_batch_is_printed_with_any_name(clerk: Clerk, identity: Identity, name: str) -> None:
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, customer="E1", lines=[{"net": "1.00", "description": NAME + LONG}])
    await clerk.validate(batch_id)
    headers = {**identity("receivables", Grant("receivables.batches", Level.VIEW), name=f"ALAMO\\{NAME}")}
    headers["accept"] = "application/pdf"
    answer = await clerk.client.get(f"/v1/batches/{batch_id}/{name}", headers=headers)
    assert (answer.status_code, answer.headers.get("replaced-characters")) == (200, "U+1F600"), answer.text


async def test_an_invoice_that_cannot_be_drawn_fails_alone(
    clerk: Clerk, receivables_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await posted(clerk, "Petition", UNDRAWABLE, "Summons")
    use_faulty_documents(monkeypatch)
    path = await start(clerk, *ids)
    assert await print_all(receivables_database, now()) == 2
    found = await read(clerk, path)
    assert [found[name] for name in ("status", "invoices", "printed", "failed")] == ["done", 3, 2, 1]
    reason = "The document cannot be drawn: unknown variable: undrawable."
    assert found["failures"] == [{"invoice_id": ids[1], "number": "100002", "reason": reason}]
    (file,) = found["files"]
    assert (file["invoices"], file["first_number"], file["last_number"]) == (2, "100001", "100003")
    text = text_of((await clerk.client.get(f"{path}/files/1")).content)
    assert [word in text for word in ("Petition", UNDRAWABLE, "Summons")] == [True, False, True]
    assert "event: done" in (await clerk.client.get(f"{path}/events")).text
    assert [
        len((await clerk.client.get(f"/v1/invoices/{invoice_id}/printings")).json()["items"]) for invoice_id in ids
    ] == [
        1,
        0,
        1,
    ]
    refused = await clerk.client.get(f"/v1/invoices/{ids[1]}/document")
    assert (refused.status_code, refused.json()["code"], refused.json()["detail"]) == (422, "DOCUMENT_FAILED", reason)


async def test_a_print_in_which_all_invoices_fail_is_done_without_files(
    clerk: Clerk, receivables_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await posted(clerk, UNDRAWABLE, UNDRAWABLE)
    use_faulty_documents(monkeypatch)
    path = await start(clerk, *ids)
    assert await print_all(receivables_database, now()) == 1
    found = await read(clerk, path)
    assert [found[name] for name in ("status", "printed", "failed", "files")] == ["done", 0, 2, []]


async def test_an_invoice_that_ends_its_process_is_given_up_after_three_tries_and_holds_up_no_other_print(
    clerk: Clerk, receivables_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await posted(clerk, "Petition", DEADLY, "Summons", "Other")
    use_faulty_documents(monkeypatch)
    path = await start(clerk, *ids[:3])
    other = await start(clerk, ids[3])
    moment = now()
    assert await step(receivables_database, moment)
    assert (await read(clerk, path))["printed"] == 0
    assert await step(receivables_database, moment)
    assert (await read(clerk, other))["status"] == "done"
    tries = await print_all(receivables_database, moment)
    assert (await read(clerk, path))["printed"] == 1
    for seconds in (15, 90):
        assert (await read(clerk, path))["status"] == "printing"
        tries += await print_all(receivables_database, moment + timedelta(seconds=seconds))
    assert tries == 5, "the first invoice, three tries, the last invoice"
    found = await read(clerk, path)
    assert [found[name] for name in ("status", "printed", "failed")] == ["done", 2, 1]
    (failure,) = found["failures"]
    assert failure["invoice_id"] == ids[1]
    assert failure["reason"].startswith("Given up after 3 tries. The process that draws documents ended.")
    assert [file["first_number"] for file in found["files"]] == ["100001", "100003"]


async def test_an_unexpected_error_in_one_invoice_is_given_up_as_well(
    clerk: Clerk, receivables_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await posted(clerk, "Petition", "Odd one")

    def refuse(facts: Any) -> Any:
        if any(line.description == "Odd one" for line in facts.lines):
            raise ValueError("unexpected \0")
        return compose(facts)

    monkeypatch.setattr("services.receivables.actions.invoice_prints.compose", refuse)
    path = await start(clerk, *ids)
    for minutes in range(4):
        await print_all(receivables_database, now() + timedelta(minutes=minutes * 2))
    found = await read(clerk, path)
    assert [found[name] for name in ("status", "printed", "failed")] == ["done", 1, 1]
    assert found["failures"][0]["reason"] == "Given up after 3 tries. It failed unexpectedly: ValueError."
