"""Bodies that could make a parser or a check fail are refused by every service."""

import json
from random import Random
from typing import Any

import pytest

from tests.fixtures.ledgers import Company, Enter
from tests.fixtures.operations import declared_operations, schemas_of

UNREADABLE = {
    "not UTF-8": b'{"code": "\xff\xfe"}',
    "cut off": b'{"code": "A"',
    "nested too deeply": b"[" * 100_000,
    "nested too deeply in a member": b'{"code": ' + b'{"a":' * 50_000,
    "a number of a million digits": b'{"code": ' + b"9" * 1_000_000 + b"}",
    "nothing": b"",
    "a null byte": b"\x00",
    "UTF-16": '{"code": "A"}'.encode("utf-16"),
}


@pytest.mark.parametrize("name", UNREADABLE)
async def test_an_unreadable_body_is_refused(company: Company, name: str) -> None:
    headers = {"content-type": "application/json", "idempotency-key": "k", "if-match": '"1"'}
    for service, client in zip(("rating", "receivables"), company, strict=True):
        answer = await client.post(
            "/v1/customers" if service == "receivables" else "/v1/priorities", content=UNREADABLE[name], headers=headers
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT"), (service, answer.text)


async def test_a_file_with_null_characters_is_refused_at_its_line(company: Company) -> None:
    rating, receivables = company
    content = b"code,name\nNIGHT,By night\nLATE,La\x00te\n"
    for client, noun in ((rating, "priorities"), (receivables, "customers")):
        for file, place in ((content, "line 3, column name"), (b'code,name\nA,"two\nlines\0"\n', "line 3")):
            answer = await client.post(f"/v1/{noun}/import", content=file, headers={"content-type": "text/csv"})
            assert (answer.status_code, answer.json()["code"]) == (422, "IMPORT_REFUSED")
            assert [one["pointer"] for one in answer.json()["errors"]] == [place]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_a_null_character_is_found_in_every_encoding_and_depth(company: Company, encoding: str) -> None:
    rating, _ = company
    body = json.dumps({"code": "NIGHT", "name": {"a/b": [1, "x\\u0000", "x\0"]}, "c\0": 1}).encode(encoding)
    answer = await rating.post("/v1/priorities", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/c␀", "/name/a~1b/2"]


async def test_an_escaped_backslash_is_not_a_null_character(company: Company) -> None:
    rating, _ = company
    answer = await rating.post("/v1/priorities", json={"code": "NIGHT", "name": "By \\u0000 night"})
    assert (answer.status_code, answer.json()["name"]) == (201, "By \\u0000 night")


WRONG: tuple[Any, ...] = (
    *(None, [], [{}], {}, {"a": 1}, [5, {"billing_item": "NOPE", "apply_line": 3}], [[1]]),
    *("", "x" * 300, "田中", "2026-13-01", -1, 1e9, True),
)


@pytest.mark.parametrize("service", ["rating", "receivables"])
async def test_no_body_makes_an_operation_fail_unexpectedly(company: Company, enter: Enter, service: str) -> None:
    """Any fields have any values; names are looked up beside values that cannot be read, also for records that exist."""
    chance, tried = Random(7), 0
    rating, receivables = company
    client = rating if service == "rating" else receivables
    batch = (await receivables.post("/v1/batches", json={"ar_company": 1, "month": "2026-11"})).json()["id"]
    assert (await receivables.post(f"/v1/batches/{batch}/entries", json={"customer": "S1001"})).status_code == 201
    assert [order["id"] for order in await enter("W1")] == [1]
    for operation in declared_operations(service):
        if operation.body is None:
            continue
        body = schemas_of(service).get(operation.body.get("$ref", "").rpartition("/")[2], operation.body)
        path = operation.path().replace("/batches/1", f"/batches/{batch}")
        for _ in range(8):
            tried += 1
            fields = {name: chance.choice(WRONG) for name in body.get("properties", {}) if chance.random() < 0.7}
            headers = {"if-match": '"1"', "idempotency-key": f"k{tried}"}
            answer = await client.request(operation.method, path, json=fields, headers=headers)
            assert answer.status_code < 500, (operation.name, fields, answer.text)
    assert tried > 100
