"""Bodies that could make a JSON parser fail are refused by every service."""

import pytest

from tests.fixtures.ledgers import Company

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
