"""Every record that people change says who changed it last, and has a history of its changes, in one form."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy.exc import DBAPIError

from shared.database.pool import Database
from shared.database.statements import execute
from tests.fixtures.ledgers import RECEIVABLES_FEATURES, Company, everything
from tests.fixtures.operations import declared_operations
from tests.services.rating.conftest import CountStatements

CUSTOMER = {"ar_company": 1, "number": "H1", "name": "Hays", "customer_type": "LAW"}
TAX = {
    "ar_company": 1,
    "code": "T9",
    "description": "City",
    "rate": "1.5",
    **dict.fromkeys(("tax_payable_account", "retainage_tax_account"), "2200"),
}
LINE = {"billing_item": "Mileage", "mode": "default", "method": "per_unit", "quantity_source": "miles"}
PROFILE = {
    **dict.fromkeys(("customer_type", "priority", "job_type", "region"), "ANY"),
    "branch": "SAT",
    "effective_from": "2031-01-01",
    "source": "a letter",
    "lines": [{**LINE, "rate": "1.10"}],
}
RATE = {"server": "S100", "percent": "30", "effective_from": "2026-01-01"}
RULE = {"ar_company": 1, "bill_to": "S1003", "style": "rollup", "cycle": "monthly"}


async def steps_of(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    answer = await client.get(f"{path}/history")
    assert answer.status_code == 200, answer.text
    steps: list[dict[str, Any]] = answer.json()["items"]
    return steps


async def change(client: httpx.AsyncClient, method: str, path: str, body: Any) -> httpx.Response:
    etag = (await client.get(path)).headers["etag"]
    answer = await client.request(method, path, json=body, headers={"if-match": etag})
    assert answer.is_success, answer.text
    return answer


async def test_every_kind_of_record_has_a_history(company: Company) -> None:
    rating, receivables = company
    batch = (await receivables.post("/v1/batches", json={"ar_company": 1, "month": "2026-11"})).json()["id"]
    entry = {"customer": "S1001", "lines": [{"net": "1.00"}]}
    kinds: list[tuple[httpx.AsyncClient, str, str | None, Any, str, Any, list[tuple[str, Any, Any]]]] = [
        (rating, "/v1/priorities", "NOW", {"code": "NOW", "name": "Now"}, "PUT", {"name": "At once"}, [("name", "Now", "At once")]),
        (rating, "/v1/regions", "HILLS", {"code": "HILLS", "name": "Hills", "zips": ["78100"]}, "PUT", {"zips": ["78101"]},
         [("zips", ["78100"], ["78101"])]),
        (rating, "/v1/rollup-rules", "1/S1003", RULE, "PUT", {"cycle": "weekly"}, [("cycle", "monthly", "weekly")]),
        (rating, "/v1/billing-profiles", None, PROFILE, "PUT", {"lines": [{**LINE, "rate": "1.25"}]},
         [("lines/Mileage/rate", "1.10000", "1.25")]),
        (receivables, "/v1/tax-codes", "1/T9", TAX, "PUT", {"rate": "2.5"}, [("rate", "1.50000", "2.5")]),
        (receivables, "/v1/customers", None, CUSTOMER, "PATCH", {"status": "hold"}, [("status", "active", "hold")]),
        (receivables, "/v1/batches", None, {"ar_company": 1, "month": "2026-11"}, "PATCH", {"description": "Mail"},
         [("description", "", "Mail")]),
        (receivables, f"/v1/batches/{batch}/entries", "1", entry, "PATCH", {"purchase_order": "PO 7"},
         [("purchase_order", "", "PO 7")]),
    ]  # fmt: skip
    for client, noun, key, body, method, changed, expected in kinds:
        made = await client.post(noun, json=body)
        assert made.status_code == 201, made.text
        path = f"{noun}/{made.json()['id'] if key is None else key}"
        sent = {**body, **changed} if method == "PUT" else changed
        if noun == "/v1/rollup-rules":
            sent = {name: value for name, value in sent.items() if name not in {"ar_company", "bill_to"}}
        if method == "PUT":
            # What was read can be sent back, but who changed it is not taken from there.
            sent |= {"changed_by": "ALAMO\\eve", "changed_at": "2020-01-01T00:00:00Z"}
        now = (await change(client, method, path, sent)).json()
        newest, oldest = await steps_of(client, path)
        assert [(one["field"], one["from"], one["to"]) for one in newest["changes"]] == expected, noun
        assert (newest["action"], newest["by"], oldest["action"], oldest["changes"]) == (
            *("changed", "ALAMO\\tester", "created", []),
        )
        assert (now["changed_by"], now["changed_at"]) == (newest["by"], newest["at"])
        listed = (await client.get(noun)).json()["items"]
        assert now["changed_at"] in [one["changed_at"] for one in listed]
        assert (await client.get(f"{noun}/{'1/NONE' if key and '/' in key else '99999'}/history")).status_code == 404


@pytest.mark.parametrize("service", ["rating", "receivables"])
async def test_every_declared_record_of_the_sample_has_a_history(company: Company, service: str) -> None:
    client = company[("rating", "receivables").index(service)]
    if service == "rating":
        # The sample has none of these.
        zone, server = {"code": "A1", "name": "A", "zips": ["782"]}, {"code": "S100", "name": "Sam"}
        for noun, body in (("zones", zone), ("servers", server), ("commission-rates", RATE)):
            made = await client.post(f"/v1/{noun}", json=body)
            assert made.status_code == 201, made.text
    asked = 0
    for operation in declared_operations(service):
        noun, *rest = operation.template.removesuffix("/history").split("/{")
        names = [part.removesuffix("}") for part in rest]
        if not operation.template.endswith("/history") or any("/" in name for name in names):
            continue
        for item in (await client.get(noun, params={"limit": 1})).json()["items"]:
            keys = (item.get(name, item.get("id", item.get("name"))) for name in names)
            answer = await client.get("/".join([noun, *(quote(str(key), safe="") for key in keys), "history"]))
            assert answer.status_code == 200, answer.text
            assert answer.json()["totals"] == {"count": len(answer.json()["items"])}
            asked += 1
    assert asked > 5


async def test_parts_and_prices_of_an_entry_are_named_by_their_numbers(company: Company) -> None:
    _, client = company
    batch = (await client.post("/v1/batches", json={"ar_company": 1, "month": "2026-11"})).json()["id"]
    path = f"/v1/batches/{batch}/entries/1"
    body = {"customer": "S1001", "lines": [{"net": "1.00", "description": "First"}, {"net": "2.00"}]}
    await client.post(f"/v1/batches/{batch}/entries", json=body)
    for method, line, sent in (
        ("DELETE", "/1", None),
        ("PATCH", "/2", {"description": "Second"}),
        ("POST", "", {"net": "4.00", "description": "Last"}),
    ):
        etag = (await client.get(path)).headers["etag"]
        await client.request(method, f"{path}/lines{line}", json=sent, headers={"if-match": etag})
    added, changed, removed, _ = await steps_of(client, path)
    assert [one["field"] for one in changed["changes"]] == ["lines/2/amount", "lines/2/unit_price"] or changed[
        "changes"
    ]
    (gone,), (new,) = removed["changes"], added["changes"]
    assert (gone["field"], gone["from"]["description"], gone["to"]) == ("lines/1", "First", None)
    assert (new["field"], new["from"], new["to"]["description"]) == ("lines/3", None, "Last")


async def test_an_import_keeps_the_changes_of_all_its_rows_in_one_statement(
    company: Company, receivables_database: Database, count_statements: CountStatements
) -> None:
    _, client = company
    counts = []
    for rows in (2, 40):
        table = "ar_company,number,name,customer_type\n" + "".join(f"1,B{rows}-{one},Bo,LAW\n" for one in range(rows))
        for name in ("Bo", "Bob"):
            async with count_statements(receivables_database) as statements:
                answer = await client.post(
                    "/v1/customers/import",
                    content=table.replace("Bo,", f"{name},"),
                    headers={"content-type": "text/csv"},
                )
            assert answer.json()["imported"] == rows, answer.text
        counts.append(statements.count)
    assert counts[0] == counts[1]
    (last,) = (await client.get("/v1/customers", params={"search": "B40-39"})).json()["items"]
    newest, oldest = await steps_of(client, f"/v1/customers/{last['id']}")
    assert [(one["field"], one["from"], one["to"]) for one in newest["changes"] if one["field"] == "name"] == [
        ("name", "Bo", "Bob")
    ]
    assert (oldest["action"], oldest["by"]) == ("imported", "ALAMO\\tester")


async def test_what_the_suite_does_by_itself_is_by_nobody(
    company: Company, receivables_database: Database, identity: Callable[..., dict[str, str]]
) -> None:
    _, client = company
    olga = identity("receivables", *everything("receivables", RECEIVABLES_FEATURES), name="ALAMO\\olga")
    made = await client.post("/v1/customers", json=CUSTOMER, headers=olga)
    path = f"/v1/customers/{made.json()['id']}"
    assert made.json()["changed_by"] == "ALAMO\\olga"
    async with receivables_database.transaction() as session:
        await execute(session, "UPDATE customer SET status = 'hold', version = version + 1 WHERE number = 'H1'")
    assert (await client.get(path)).json()["changed_by"] is None
    # Reading changes nothing, and what does not change a record leaves who changed it.
    async with receivables_database.transaction(acting="ALAMO\\eve") as session:
        await execute(session, "UPDATE customer SET status = 'active' WHERE number = 'H1'")
    assert (await client.get(path)).json()["changed_by"] is None


async def test_nobody_can_change_the_history(rating_database: Database, receivables_database: Database) -> None:
    for database in (rating_database, receivables_database):
        for statement in ("DELETE FROM record_change", "UPDATE record_change SET action = 'x'"):
            with pytest.raises(DBAPIError, match="permission denied"):
                async with database.transaction() as session:
                    await execute(session, statement)
