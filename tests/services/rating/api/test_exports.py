"""Ready to Export, and the export as rating sees it."""

import asyncio
import json
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from services.rating.store.exports import claim
from shared.access.grants import Grant, Level, Limits
from shared.contracts.invoice_export_requested import InvoiceExportRequested
from shared.contracts.invoice_withdrawal_requested import InvoiceWithdrawalRequested
from shared.database.pool import Database
from shared.database.statements import execute, fetch_value, fetch_values
from tests.fixtures.attempts import LOUD
from tests.fixtures.exchange import data_of, take_events, work_off
from tests.fixtures.ledgers import Company, Enter, Rate
from tests.services.rating.conftest import CountStatements, Identity


@pytest.fixture
async def rated(enter: Enter, rate: Rate) -> list[dict[str, Any]]:
    """Three rated orders: two of Harlan & Ruiz, one of Bexley."""
    orders = [*await enter("W1", "W2"), *await enter("W3", customer="S1002", zip_code="78130", miles="40")]
    for order in orders:
        assert (await rate(order["id"])).status_code == 200
    return orders


def key(number: int) -> dict[str, str]:
    return {"idempotency-key": f"export-{number}"}


async def test_ready_to_export_shows_totals_of_everything(company: Company, rated: list[dict[str, Any]]) -> None:
    page = (await company[0].get("/v1/ready-to-export", params={"limit": 1})).json()
    assert len(page["items"]) == 1
    assert (page["totals"]["count"], page["totals"]["total"]) == (3, "281.00")
    accounts = {account["name"]: account["total"] for account in page["totals"]["by_income_account"]}
    assert accounts == {"4000": "255.00", "4010": "26.00"}


async def test_ready_to_export_shows_warnings(company: Company, enter: Enter, rate: Rate) -> None:
    (order,) = await enter("W1", customer="S1005")
    etag = (await rate(order["id"])).headers["etag"]
    await company[0].patch(f"/v1/work-orders/{order['id']}", json={"reference": "x"}, headers={"if-match": etag})
    page = (await company[0].get("/v1/ready-to-export", params={"month": "2026-11"})).json()
    assert page["items"][0]["warnings"] == [
        {"code": "BILL_TO_ON_HOLD", "detail": "customer on hold"},
        {"code": "CHANGED_AFTER_RATING", "detail": "changed after it was rated"},
    ]


async def test_ready_to_export_as_csv_and_pdf_contains_the_whole_list(
    company: Company, rated: list[dict[str, Any]]
) -> None:
    rating, _ = company
    table = await rating.get("/v1/ready-to-export", headers={"accept": "text/csv"}, params={"limit": 1})
    assert len(table.text.strip().splitlines()) == 4
    pdf = await rating.get("/v1/ready-to-export", headers={"accept": "application/pdf"}, params={"limit": 1})
    assert pdf.headers["content-type"] == "application/pdf"
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf.content)).pages)
    assert all(word in text for word in ("Rated Workorders Ready to Export", "W1", "W2", "W3", "281.00"))


async def test_the_claim_locks_the_orders_at_once(company: Company, rated: list[dict[str, Any]]) -> None:
    rating, _ = company
    started = await rating.post("/v1/exports", json={"invoice_date": "2026-11-20"}, headers=key(1))
    assert started.status_code == 202
    run = started.json()
    assert (run["month"], run["invoices"], run["orders"], run["total"]) == ("2026-11", 3, 3, "281.00")
    order = await rating.get(f"/v1/work-orders/{rated[0]['id']}")
    refused = await rating.patch(
        f"/v1/work-orders/{rated[0]['id']}", json={"reference": "x"}, headers={"if-match": order.headers["etag"]}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "LOCKED_USE_CREDIT")
    assert refused.json()["run_id"] == run["id"]


async def test_the_same_command_again_gives_the_same_run(company: Company, rated: list[dict[str, Any]]) -> None:
    first, again = [await company[0].post("/v1/exports", json={}, headers=key(1)) for _ in range(2)]
    assert first.json() == again.json()
    assert (await company[0].get("/v1/exports")).json()["totals"] == {"count": 1}


async def test_two_clerks_who_press_at_once_get_one_export(company: Company, rated: list[dict[str, Any]]) -> None:
    answers = await asyncio.gather(
        *(company[0].post("/v1/exports", json={}, headers=key(number)) for number in range(6))
    )
    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"NOTHING_TO_EXPORT"}


async def test_an_export_waits_for_an_order_that_is_being_edited(
    company: Company, rated: list[dict[str, Any]], rating_database: Database
) -> None:
    rating, _ = company
    async with rating_database.transaction() as session:
        await execute(
            session, "UPDATE work_order SET reference = 'edited', revision = revision + 1 WHERE number = 'W2'"
        )
        exporting = asyncio.create_task(rating.post("/v1/exports", json={}, headers=key(1)))
        await asyncio.sleep(0.2)
        assert not exporting.done()
    assert (await exporting).json()["orders"] == 3


@pytest.mark.parametrize(
    ("selection", "numbers"),
    [
        ({"bill_tos": ["S1002"]}, ["W3"]),
        ({"branches": ["MIA"]}, []),
        ({"rated_until": "2020-01-01T00:00:00Z"}, []),
        ({}, ["W1", "W2", "W3"]),
    ],
)
async def test_only_the_selection_is_exported(
    company: Company, rated: list[dict[str, Any]], selection: dict[str, Any], numbers: list[str]
) -> None:
    rating, _ = company
    answer = await rating.post("/v1/exports", json={"selection": selection}, headers=key(1))
    page = (await rating.get("/v1/work-orders", params={"status": "exporting"})).json()
    assert [item["number"] for item in page["items"]] == numbers
    assert answer.status_code == (202 if numbers else 409)


async def test_chosen_orders_that_are_not_ready_are_named_and_nothing_is_exported(
    company: Company, rated: list[dict[str, Any]], enter: Enter
) -> None:
    (open_order,) = await enter("W9")
    chosen = {"work_order_ids": [rated[0]["id"], open_order["id"]]}
    answer = await company[0].post("/v1/exports", json={"selection": chosen}, headers=key(1))
    assert (answer.status_code, answer.json()["code"]) == (409, "NOT_EXPORTABLE")
    (fault,) = answer.json()["errors"]
    assert fault["pointer"] == "/selection/work_order_ids/1"
    assert fault["detail"] == f"work order {open_order['id']} is not rated, or already being exported"
    assert (await company[0].get("/v1/work-orders", params={"status": "exporting"})).json()["totals"]["count"] == 0


async def test_an_export_that_is_not_what_the_clerk_saw_is_refused(
    company: Company, rated: list[dict[str, Any]]
) -> None:
    seen = {"expected_orders": 3, "expected_total": "280.00"}
    answer = await company[0].post("/v1/exports", json=seen, headers=key(1))
    assert (answer.json()["code"], answer.json()["total"]) == ("NOT_EXPORTABLE", "281.00")
    exact = await company[0].post("/v1/exports", json={**seen, "expected_total": "281.00"}, headers=key(2))
    assert exact.status_code == 202


async def test_a_chunk_is_one_event_that_matches_its_contract(
    company: Company, rated: list[dict[str, Any]], rating_database: Database
) -> None:
    await company[0].post("/v1/exports", json={"invoice_date": "2026-11-20"}, headers=key(1))
    await work_off(rating_database)
    events = [event for event in await take_events(rating_database, "rating") if event[1] == "invoice-export-requested"]
    (chunk,) = [InvoiceExportRequested.model_validate(data_of(event)) for event in events]
    assert (chunk.ar_company, chunk.month, str(chunk.invoice_date)) == (1, "2026-11", "2026-11-20")
    assert sum(invoice.total for invoice in chunk.invoices) == Decimal("281.00")
    order = chunk.invoices[2].orders[0]
    assert (order.number, order.version, order.attempt, order.total) == ("W3", 1, 1, Decimal("121.00"))
    assert [(line.billing_item, line.amount) for line in order.lines] == [
        ("Service of process", Decimal("95.00")),
        ("Mileage", Decimal("26.00")),
    ]


async def test_a_chunk_without_an_answer_is_sent_again(
    company: Company, rated: list[dict[str, Any]], rating_database: Database
) -> None:
    from services.rating.actions.exports import ask_again

    await company[0].post("/v1/exports", json={}, headers=key(1))
    await work_off(rating_database)
    async with rating_database.transaction() as session:
        await execute(session, "UPDATE outbox SET published_at = now()")
        assert not await ask_again(session, 60, LOUD)
        await execute(session, "UPDATE export_chunk SET sent_at = sent_at - interval '61 seconds'")
        assert await ask_again(session, 60, LOUD)
        assert not await ask_again(session, 60, LOUD)
        assert await fetch_value(session, "SELECT requests FROM export_chunk") == 2
    events = [event for event in await take_events(rating_database, "rating") if event[1] == "invoice-export-requested"]
    assert data_of(events[0]) == data_of(events[1])


async def test_nothing_is_sent_again_while_the_broker_is_down_and_later_less_and_less_often(
    company: Company, rated: list[dict[str, Any]], rating_database: Database
) -> None:
    from services.rating.actions.exports import ask_again

    await company[0].post("/v1/exports", json={}, headers=key(1))
    await work_off(rating_database)
    async with rating_database.transaction() as session:

        async def asked_after(seconds: int) -> bool:
            await execute(session, "UPDATE export_chunk SET sent_at = now() - make_interval(secs => :s)", s=seconds)
            return await ask_again(session, 60, LOUD)

        # The first request is still in the outbox: a second one would only wait behind it.
        assert not await asked_after(3600)
        waits = []
        for _ in range(7):
            await execute(session, "UPDATE outbox SET published_at = now()")
            for seconds in (61, 121, 241, 481, 901):
                if await asked_after(seconds):
                    waits.append(seconds)
                    break
        assert waits == [61, 121, 241, 481, 901, 901, 901]


async def test_an_order_with_a_negative_total_is_left_out_and_named(
    company: Company, rated: list[dict[str, Any]], enter: Enter, rate: Rate
) -> None:
    rating, _ = company
    (negative,) = await enter("W4")
    line = {"billing_item": "Mileage", "rate": "-500.00", "comment": "goodwill"}
    read = await rating.get(f"/v1/work-orders/{negative['id']}")
    etag = {"if-match": read.headers["etag"]}
    added = await rating.post(f"/v1/work-orders/{negative['id']}/manual-lines", json=line, headers=etag)
    assert added.status_code == 201, added.text
    assert (await rate(negative["id"])).json()["total"].startswith("-")
    left_out = [{"number": "W4", "reason": "its total is negative"}]

    named = await rating.post("/v1/exports", json={"selection": {"work_order_ids": [negative["id"]]}}, headers=key(1))
    assert (named.status_code, named.json()["code"]) == (409, "NOT_EXPORTABLE")
    run = await rating.post("/v1/exports", json={}, headers=key(2))
    assert (run.status_code, run.json()["orders"]) == (202, 3)
    assert (run.json()["left_out"], run.json()["left_out_orders"]) == (1, left_out)
    shown = (await rating.get(f"/v1/exports/{run.json()['id']}")).json()
    assert (shown["left_out"], shown["left_out_orders"]) == (1, left_out)

    nothing = await rating.post("/v1/exports", json={}, headers=key(3))
    assert (nothing.status_code, nothing.json()["code"]) == (409, "NOTHING_TO_EXPORT")
    assert nothing.json()["errors"] == [{"pointer": "/selection", "detail": "work order W4: its total is negative"}]


async def test_an_invoice_that_no_message_can_hold_is_left_out_and_named(
    company: Company, rated: list[dict[str, Any]], rating_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    rating, _ = company
    monkeypatch.setattr(claim, "LARGEST_INVOICE_BYTES", 700)
    async with rating_database.transaction() as session:
        await execute(session, "UPDATE work_order SET reference = repeat('x', 200) WHERE number = 'W3'")
    sizes = (await rating.post("/v1/exports", json={}, headers=key(1))).json()
    assert (sizes["orders"], sizes["left_out"]) == (2, 1)
    assert sizes["left_out_orders"][0]["number"] == "W3"
    assert "is too large for one message" in sizes["left_out_orders"][0]["reason"]


async def test_no_invoice_is_larger_than_what_was_reckoned_with(
    company: Company, rated: list[dict[str, Any]], rating_database: Database
) -> None:
    """Chunks are cut by an upper bound, which takes less time to find than the size."""
    async with rating_database.transaction() as session:
        awkward = "UPDATE work_order SET reference = repeat(:words, 300) WHERE number = :number"
        await execute(session, awkward, words='"\\', number="W1")
        await execute(session, awkward, words="\u0001é€", number="W2")
    await company[0].post("/v1/exports", json={}, headers=key(1))
    async with rating_database.transaction() as session:
        reckoned = await fetch_values(session, "SELECT document_bytes FROM export_invoice ORDER BY invoice_id")
    await work_off(rating_database)
    (asked,) = [one for one in await take_events(rating_database, "rating") if one[1] == "invoice-export-requested"]
    # PostgreSQL writes spaces that Python leaves out here, a few hundred bytes at most.
    sizes = [len(json.dumps(one, ensure_ascii=False).encode()) for one in data_of(asked)["invoices"]]
    assert len(reckoned) == len(sizes) == 3
    assert all(size < bound < size + 800 for size, bound in zip(sizes, reckoned, strict=True))


async def test_a_chunk_of_the_release_before_is_sent_by_what_its_invoices_say(
    company: Company, rated: list[dict[str, Any]], rating_database: Database
) -> None:
    await company[0].post("/v1/exports", json={}, headers=key(1))
    async with rating_database.transaction() as session:
        await execute(session, "UPDATE export_run SET status = 'sending'")
        await execute(
            session, "INSERT INTO export_chunk (run_id, position, ar_company) SELECT id, 2, 1 FROM export_run"
        )
        await execute(
            session,
            "UPDATE export_invoice SET chunk = CASE WHEN invoice_id = (SELECT max(invoice_id) FROM export_invoice) THEN 1 ELSE 2 END",
        )
    await work_off(rating_database)
    (asked,) = [one for one in await take_events(rating_database, "rating") if one[1] == "invoice-export-requested"]
    assert [one["orders"][0]["number"] for one in data_of(asked)["invoices"]] == ["W1", "W2"]


async def test_a_withdrawal_names_every_hand_over_without_an_answer(
    company: Company, rated: list[dict[str, Any]], rating_database: Database
) -> None:
    rating, _ = company
    run = (await rating.post("/v1/exports", json={}, headers=key(1))).json()
    answer = await rating.post(f"/v1/exports/{run['id']}/withdrawals", json={})
    assert (answer.status_code, answer.json()) == (202, {"requested": 3})
    events = [
        event for event in await take_events(rating_database, "rating") if event[1] == "invoice-withdrawal-requested"
    ]
    (asked,) = [InvoiceWithdrawalRequested.model_validate(data_of(event)) for event in events]
    assert sorted(order.work_order_id for invoice in asked.invoices for order in invoice.orders) == sorted(
        order["id"] for order in rated
    )


async def test_a_clerk_limited_to_a_branch_exports_and_watches_only_its_orders(
    company: Company, enter: Enter, rate: Rate, identity: Identity
) -> None:
    rating, _ = company
    (here,) = await enter("W1")
    (there,) = await enter("L1", branch="LAX", customer="L2001", zip_code="90012")
    await rating.patch(f"/v1/work-orders/{there['id']}", json={"job_type": "SAFE_DEPOSIT"}, headers={"if-match": '"1"'})
    for order in (here, there):
        assert (await rate(order["id"])).status_code == 200

    def limited(branch: str) -> dict[str, str]:
        return identity("rating", Grant("rating.export", Level.EDIT, Limits(branches=frozenset({branch}))))

    ready = (await rating.get("/v1/ready-to-export", headers=limited("LAX"))).json()
    assert [item["number"] for item in ready["items"]] == ["L1"]
    run = (await rating.post("/v1/exports", json={}, headers={**limited("LAX"), **key(1)})).json()
    assert (run["orders"], run["total"]) == (1, "170.00")
    for path in (f"/v1/exports/{run['id']}", f"/v1/exports/{run['id']}/invoices", f"/v1/exports/{run['id']}/events"):
        assert (await rating.get(path, headers=limited("SAT"))).status_code == 404
    assert (await rating.get("/v1/exports", headers=limited("SAT"))).json()["items"] == []
    assert (await rating.get(f"/v1/exports/{run['id']}", headers=limited("LAX"))).status_code == 200


async def test_the_claim_of_many_orders_sends_no_more_statements_than_that_of_one(
    company: Company, enter: Enter, rate: Rate, rating_database: Database, count_statements: CountStatements
) -> None:
    rating, _ = company
    counted = []
    for number, size in enumerate((1, 120)):
        await enter(*(f"B{number}-{index}" for index in range(size)))
        await rating.post("/v1/rating-runs", json={})
        await work_off(rating_database)
        async with count_statements(rating_database) as statements:
            assert (await rating.post("/v1/exports", json={}, headers=key(number))).status_code == 202
        counted.append(statements.count)
    assert counted[0] == counted[1] <= 17


@pytest.mark.parametrize(
    ("dating", "pointers"),
    [
        ({"month": "2026-09", "invoice_date": "2026-10-31"}, ["/month"]),
        ({"month": "2027-05", "invoice_date": "2027-05-02"}, ["/month"]),
        ({"month": "2026-11", "invoice_date": "2025-09-30"}, ["/invoice_date"]),
        ({"month": "2026-11", "invoice_date": "2027-01-01"}, ["/invoice_date"]),
        ({"invoice_date": "2026-09-30"}, ["/month"]),
    ],
)
async def test_a_month_or_date_that_accounts_receivable_would_refuse_is_refused_at_once(
    company: Company, rated: list[dict[str, Any]], enter: Enter, dating: dict[str, str], pointers: list[str]
) -> None:
    rating, _ = company
    (waiting,) = await enter("W9")
    on_demand = f"/v1/work-orders/{waiting['id']}/on-demand-invoice"
    etag = (await rating.get(f"/v1/work-orders/{waiting['id']}")).headers["etag"]
    for path, headers in (("/v1/exports", {}), (on_demand, {"if-match": etag})):
        refused = await rating.post(path, json=dating, headers={"idempotency-key": f"late {path}", **headers})
        assert (refused.status_code, refused.json()["code"]) == (422, "EXPORT_DATE_REFUSED"), refused.text
        assert [one["pointer"] for one in refused.json()["errors"]] == pointers
    statuses = {one["status"] for one in (await rating.get("/v1/work-orders")).json()["items"]}
    assert statuses == {"rated", "open"}
    in_time = {"month": "2026-10", "invoice_date": "2025-09-01"}
    assert (await rating.post("/v1/exports", json=in_time, headers=key(1))).status_code == 202


@pytest.mark.parametrize(
    ("path", "inside", "names"),
    [
        ("/v1/exports", "selection", "bill_tos"),
        ("/v1/invoices/assign", "selection", "bill_tos"),
        ("/v1/invoices/unassign", "selection", "bill_tos"),
        ("/v1/rating-runs", None, "customers"),
    ],
)
async def test_a_selection_names_branches_and_customers_that_exist(
    company: Company, rated: list[dict[str, Any]], enter: Enter, path: str, inside: str | None, names: str
) -> None:
    rating, _ = company
    await enter("W8", customer="NEW1")
    chosen = {"branches": ["SAT", "SATX"], names: ["S1001", "NEW1", "S9999"]}
    body = chosen if inside is None else {inside: chosen}
    refused = await rating.post(path, json=body, headers=key(1))
    assert (refused.status_code, refused.json()["code"]) == (422, "UNKNOWN_REFERENCE"), refused.text
    before = "" if inside is None else f"/{inside}"
    assert [one["pointer"] for one in refused.json()["errors"]] == [f"{before}/branches/1", f"{before}/{names}/2"]
