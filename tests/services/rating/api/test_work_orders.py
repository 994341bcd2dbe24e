"""Work orders over HTTP: entered, imported, listed and changed."""

import asyncio
from typing import Any

import pytest

from shared.access.grants import Grant, Level, Limits
from shared.database.pool import Database
from tests.fixtures.exchange import work_off
from tests.fixtures.ledgers import Company, Enter, load, order_csv
from tests.services.rating.conftest import CountStatements, Do, Identity


def edit(**limits: Any) -> Grant:
    return Grant("rating.work_orders", Level.EDIT, Limits(**limits))


async def test_an_entered_order_can_be_read_with_its_etag(company: Company) -> None:
    rating, _ = company
    entry = {
        "number": "W1",
        "branch": "SAT",
        "customer": "S1001",
        "priority": "RUSH",
        "job_type": "CITATION",
        "served_zip": "78205-1201",
        "service_on": "2026-11-02",
        "triggers": ["SKIP_TRACE"],
        "miles": "12.5",
    }
    made = await rating.post("/v1/work-orders", json=entry)
    assert made.status_code == 201
    read = await rating.get(f"/v1/work-orders/{made.json()['id']}")
    assert read.headers["etag"] == '"1"'
    assert read.json()["bill_to"] == "S1001"
    assert read.json()["customer_type"] == "LAW"
    assert read.json()["miles"] == "12.500"


async def test_the_same_number_twice_is_refused(enter: Enter, company: Company) -> None:
    await enter("W1")
    entry = {
        "number": "W1",
        "branch": "SAT",
        "customer": "S1001",
        "priority": "RUSH",
        "job_type": "CITATION",
        "service_on": "2026-11-02",
    }
    answer = await company[0].post("/v1/work-orders", json=entry)
    assert (answer.status_code, answer.json()["code"]) == (409, "NUMBER_TAKEN")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"branch": "NYC"}, "/branch"),
        ({"priority": "SOON"}, "/priority"),
        ({"triggers": ["LOUD"]}, "/triggers"),
        ({"region": "MOON"}, "/region"),
    ],
)
async def test_an_order_with_unknown_codes_is_refused(
    enter: Enter, company: Company, change: dict[str, Any], pointer: str
) -> None:
    (order,) = await enter("W1")
    answer = await company[0].patch(f"/v1/work-orders/{order['id']}", json=change, headers={"if-match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (422, "UNKNOWN_REFERENCE")
    assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"miles": 12.5}, "/miles"),
        ({"miles": "-1"}, "/miles"),
        ({"miles": "1.2345"}, "/miles"),
        ({"served_zip": "7820"}, "/served_zip"),
        ({"branch": None}, "/branch"),
        ({"reference": "a\u0000b"}, "/reference"),
        ({"status": "exported"}, "/status"),
        ({"total": "0.01"}, "/total"),
    ],
)
async def test_an_invalid_value_names_its_field(
    enter: Enter, company: Company, change: dict[str, Any], pointer: str
) -> None:
    (order,) = await enter("W1")
    answer = await company[0].patch(f"/v1/work-orders/{order['id']}", json=change, headers={"if-match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")
    assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [(None, 428, "VERSION_MISSING"), ('"7"', 412, "VERSION_STALE"), ("7", 412, "VERSION_STALE")],
)
async def test_a_change_must_name_the_version_it_is_based_on(
    enter: Enter, company: Company, sent: str | None, status: int, code: str
) -> None:
    (order,) = await enter("W1")
    headers = {} if sent is None else {"if-match": sent}
    answer = await company[0].patch(f"/v1/work-orders/{order['id']}", json={"reference": "x"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_if_two_clerks_change_one_order_the_second_change_is_refused(enter: Enter, company: Company) -> None:
    (order,) = await enter("W1")
    answers = await asyncio.gather(
        *(
            company[0].patch(f"/v1/work-orders/{order['id']}", json={"reference": who}, headers={"if-match": '"1"'})
            for who in ("olga", "bill")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_an_unknown_order_is_not_found(company: Company) -> None:
    for path in ("/v1/work-orders/99", "/v1/work-orders/99/rating", "/v1/work-orders/99/ratings", "/v1/exports/99"):
        answer = await company[0].get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_a_limited_clerk_does_not_find_an_order_in_another_branch(
    enter: Enter, company: Company, identity: Identity
) -> None:
    (order,) = await enter("W1")
    miami = identity("rating", edit(branches=frozenset({"MIA"})))
    path = f"/v1/work-orders/{order['id']}"
    assert (await company[0].get(path, headers=miami)).status_code == 404
    change = await company[0].patch(path, json={"reference": "x"}, headers={**miami, "if-match": '"1"'})
    assert change.status_code == 404
    assert (await company[0].get("/v1/work-orders", headers=miami)).json()["totals"] == {"count": 0, "total": "0.00"}


async def test_a_limited_clerk_cannot_move_an_order_to_another_branch(
    enter: Enter, company: Company, identity: Identity
) -> None:
    (order,) = await enter("W1")
    here = identity("rating", edit(branches=frozenset({"SAT"})))
    answer = await company[0].patch(
        f"/v1/work-orders/{order['id']}", json={"branch": "MIA"}, headers={**here, "if-match": '"1"'}
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")


async def test_limits_of_one_grant_do_not_widen_another(enter: Enter, company: Company, identity: Identity) -> None:
    await enter("W1", "W2", customer="S1001")
    await enter("W3", customer="S1002")
    mixed = identity(
        "rating", edit(branches=frozenset({"MIA"})), edit(customers=frozenset({"S1002"}), branches=frozenset({"SAT"}))
    )
    page = (await company[0].get("/v1/work-orders", headers=mixed)).json()
    assert [item["number"] for item in page["items"]] == ["W3"]


async def test_lists_are_paged_by_cursor_with_totals_of_everything(enter: Enter, company: Company) -> None:
    await enter(*(f"W{number:03d}" for number in range(25)))
    seen: list[str] = []
    cursor = None
    while True:
        query: dict[str, Any] = {
            "limit": 10,
            "sort": "-number",
            "totals": True,
            **({"cursor": cursor} if cursor else {}),
        }
        page = (await company[0].get("/v1/work-orders", params=query)).json()
        assert page["totals"]["count"] == 25
        seen += [item["number"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"W{number:03d}" for number in reversed(range(25))]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({"search": "w7"}, ["W7"]),
        ({"search": "7"}, []),
        ({"branch": "MIA"}, []),
        ({"customer": "S1002"}, ["W9"]),
        ({"status": "open", "sort": "-number"}, ["W9", "W8", "W7"]),
        ({"service_from": "2026-11-03"}, []),
    ],
)
async def test_lists_are_filtered(enter: Enter, company: Company, query: dict[str, str], numbers: list[str]) -> None:
    await enter("W7", "W8")
    await enter("W9", customer="S1002")
    page = (await company[0].get("/v1/work-orders", params=query)).json()
    assert [item["number"] for item in page["items"]] == numbers
    assert page["totals"]["count"] == len(numbers)


async def test_orders_are_filtered_by_several_statuses_and_by_why_they_cannot_be_rated(
    enter: Enter, company: Company, do: Do, rating_database: Database
) -> None:
    _open, rated, closed = await enter("W1", "W2", "W3")
    await do("POST", f"/v1/work-orders/{rated['id']}/rating")
    await do("POST", f"/v1/work-orders/{closed['id']}/zero-bill", {"reason": "ours"})
    (gone, _nowhere) = await enter("N1", "N2", zip_code="99999")
    await work_off(rating_database)
    await do("POST", f"/v1/work-orders/{gone['id']}/zero-bill", {"reason": "ours"})
    for query, numbers in (
        ("status=rated&status=closed", ["W2", "W3", "N1"]),
        ("status=open&status=rated", ["W1", "W2", "N2"]),
        ("status=closed", ["W3", "N1"]),
        ("reason=REGION_REQUIRED", ["N2"]),
        ("reason=REGION_REQUIRED&status=rated", []),
        ("reason=NO_PROFILE", []),
    ):
        page = (await company[0].get(f"/v1/work-orders?{query}")).json()
        assert [item["number"] for item in page["items"]] == numbers, query
        assert page["totals"]["count"] == len(numbers)
    unknown = await company[0].get("/v1/work-orders?status=open&status=lost")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "INVALID_INPUT")


async def test_a_search_finds_parts_of_numbers_and_references_and_the_beginnings_of_numbers(
    enter: Enter, company: Company, do: Do
) -> None:
    _first, second = await enter("7-ABC-1", "8")
    await do("PATCH", f"/v1/work-orders/{second['id']}", {"reference": "their PO 551"})
    for words, numbers in (
        ("ABC", ["7-ABC-1"]),
        ("c-1", ["7-ABC-1"]),
        ("PO 5", ["8"]),
        ("8", ["8"]),
        ("-A", []),
        ("%", []),
        ("7_", []),
    ):
        page = (await company[0].get("/v1/work-orders", params={"search": words})).json()
        assert [item["number"] for item in page["items"]] == numbers, words
        assert page["totals"]["count"] == len(numbers)


async def test_orders_of_certain_service_dates_are_sorted_by_them_unless_the_caller_chooses(
    enter: Enter, company: Company, do: Do
) -> None:
    rating, _ = company
    first, _second = await enter("W1", "W2")
    await do("PATCH", f"/v1/work-orders/{first['id']}", {"service_on": "2026-11-09"})

    async def numbers(**query: str) -> list[str]:
        return [item["number"] for item in (await rating.get("/v1/work-orders", params=query)).json()["items"]]

    assert await numbers() == ["W1", "W2"]
    assert await numbers(service_from="2026-11-01") == ["W2", "W1"]
    assert await numbers(service_from="2026-11-01", sort="id") == ["W1", "W2"]


@pytest.mark.parametrize("query", [{"sort": "secret"}, {"cursor": "nonsense"}, {"limit": 501}, {"status": "gone"}])
async def test_an_invalid_list_query_is_refused(company: Company, query: dict[str, str]) -> None:
    assert (await company[0].get("/v1/work-orders", params=query)).status_code == 422


async def test_a_list_as_csv_contains_every_row(enter: Enter, company: Company) -> None:
    await enter(*(f"W{number}" for number in range(120)))
    answer = await company[0].get("/v1/work-orders", headers={"accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert len(answer.text.strip().splitlines()) == 121


GOOD = "W1,SAT,S1001,STANDARD,CITATION,78205,,"


@pytest.mark.parametrize(
    ("content", "pointers"),
    [
        (b"number,colour\nW1,red", ["line 1"] * 6),
        (order_csv(GOOD.replace("STANDARD", "SOON")), ["line 2, column priority"]),
        (order_csv(GOOD, GOOD.replace("W1", "W2").replace(",,", ",far,")), ["line 3, column miles"]),
        (order_csv(GOOD, GOOD), ["line 3"]),
        (order_csv(GOOD, "W2,SAT"), ["line 3"]),
        (order_csv(GOOD) + b"\n\xff\xfe", ["line 3"]),
        (
            order_csv(GOOD.replace("SAT", "NYC"), "W2,SAT,S1001,STANDARD,OTHER,78205,,"),
            ["line 2, column branch", "line 3, column job_type"],
        ),
        (order_csv('W1,SAT,S1001,"STANDARD,CITATION,78205,,'), ["line 2"]),
    ],
)
async def test_a_file_with_errors_imports_nothing_and_names_every_error(
    company: Company, content: bytes, pointers: list[str]
) -> None:
    rating, _ = company
    answer = await load(rating, "work-orders", content)
    assert (answer.status_code, answer.json()["code"]) == (422, "IMPORT_REFUSED")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == pointers
    assert (await rating.get("/v1/work-orders")).json()["totals"]["count"] == 0


async def test_a_number_that_is_in_use_is_named_with_its_line(enter: Enter, company: Company) -> None:
    await enter("W1")
    answer = await load(company[0], "work-orders", order_csv(GOOD.replace("W1", "W0"), GOOD))
    assert answer.json()["errors"] == [{"pointer": "line 3, column number", "detail": "work order W1 already exists"}]


async def test_an_import_into_another_branch_is_refused(company: Company, identity: Identity) -> None:
    rating, _ = company
    headers = {**identity("rating", edit(branches=frozenset({"MIA"}))), "content-type": "text/csv"}
    answer = await rating.post("/v1/work-orders/import", content=order_csv(GOOD), headers=headers)
    assert answer.json()["errors"][0]["pointer"] == "line 2, column branch"


async def test_a_file_of_another_type_is_refused(company: Company) -> None:
    answer = await company[0].post("/v1/work-orders/import", json={"number": "W1"})
    assert (answer.status_code, answer.json()["code"]) == (422, "IMPORT_REFUSED")


async def test_an_import_names_the_customers_that_nobody_knows_yet(company: Company) -> None:
    rating, _ = company
    row = "{0},SAT,{1},STANDARD,CITATION,78205,,"
    file = order_csv(
        row.format("W1", "S1001"), row.format("W2", "S9"), row.format("W3", "S9"), row.format("W4", "s1001")
    )
    checked = await rating.post("/v1/work-orders/import?check=true", content=file, headers={"content-type": "text/csv"})
    imported = await load(rating, "work-orders", file)
    for answer in (checked.json(), imported.json()):
        assert answer["more_warnings"] == 0
        (warning,) = answer["warnings"]
        assert warning == {
            "pointer": "line 3, column customer",
            "code": "UNKNOWN_CUSTOMER",
            "detail": "company 1 has no customer S9; 2 orders in the file name it",
        }
    assert imported.json()["imported"] == 4
    many = order_csv(*(row.format(f"M{number}", f"N{number}") for number in range(250)))
    answer = (await load(rating, "work-orders", many)).json()
    assert (len(answer["warnings"]), answer["more_warnings"], answer["imported"]) == (200, 50, 250)
    known = (await load(rating, "work-orders", order_csv(row.format("W9", "S1001")))).json()
    assert known == {"imported": 1, "created": 1, "changed": 0, "unchanged": 0}


async def test_the_sample_orders_import_in_a_handful_of_statements(
    company: Company, rating_database: Database, count_statements: CountStatements
) -> None:
    async with count_statements(rating_database) as statements:
        assert (await load(company[0], "work-orders")).json()["imported"] == 1000
    assert statements.count <= 11
