"""The names of codes, for everyone who has any feature of receivables."""

from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.access.grants import Grant, Level, Limits
from shared.database.pool import Database
from tests.fixtures.ledgers import client_on
from tests.services.receivables.fixtures import Identity


async def test_the_names_of_codes_are_there_with_open_months_and_whether_they_are_retired(
    receivables: httpx.AsyncClient,
) -> None:
    terms = {"ar_company": 1, "code": "OLD", "description": "Old", "due_days": 1, "retired_on": "2026-01-01"}
    await receivables.post("/v1/pay-terms", json=terms)
    read = await receivables.get("/v1/codes")
    codes = read.json()
    months = (await receivables.get("/v1/months")).json()["items"]
    assert [(one["number"], one["open_months"]) for one in codes["ar_companies"]] == [
        (company, [one["month"] for one in months if one["ar_company"] == company and one["open"]])
        for company in (1, 2)
    ]
    assert {"company": 1, "code": "OLD", "name": "Old", "retired": True} in codes["pay_terms"]
    assert {"company": 1, "code": "1", "name": "Law firms", "retired": False} in codes["receivable_types"]
    for kind, noun in (
        *(("gl_accounts", "gl-accounts"), ("receivable_types", "receivable-types"), ("pay_terms", "pay-terms")),
        *(
            ("tax_codes", "tax-codes"),
            ("materials", "materials"),
            ("misc_distribution_codes", "misc-distribution-codes"),
        ),
        ("jb_companies", "jb-companies"),
    ):
        listed = (await receivables.get(f"/v1/{noun}", params={"limit": 500})).json()["items"]
        assert len(codes[kind]) == len(listed) > 0, kind


async def test_whoever_has_the_codes_already_gets_none_of_them_again(receivables: httpx.AsyncClient) -> None:
    tag = (await receivables.get("/v1/codes")).headers["etag"]
    for known in (tag, f"W/{tag}"):
        same = await receivables.get("/v1/codes", headers={"if-none-match": known})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    await receivables.post("/v1/pay-terms", json={"ar_company": 1, "code": "X", "description": "X", "due_days": 1})
    other = await receivables.get("/v1/codes", headers={"if-none-match": tag})
    assert (other.status_code, other.headers["etag"] == tag) == (200, False)


async def test_codes_are_within_the_limits_of_all_features_together(
    receivables: httpx.AsyncClient, receivables_database: Database, gateway_key: Ed25519PrivateKey, identity: Identity
) -> None:
    async def companies(*grants: Grant) -> Any:
        headers = identity("receivables", *grants)
        async with client_on("receivables", receivables_database, gateway_key, headers) as client:
            answer = await client.get("/v1/codes")
            assert {one["company"] for one in answer.json().get("pay_terms", [])} <= {1, 2}
            return answer.status_code, [one["number"] for one in answer.json().get("ar_companies", [])]

    first, second = (Limits(ar_companies=frozenset({number})) for number in (1, 2))
    assert await companies() == (403, [])
    assert await companies(Grant("receivables.invoices", Level.VIEW, second)) == (200, [2])
    both = (Grant("receivables.invoices", Level.VIEW, second), Grant("receivables.batches", Level.EDIT, first))
    assert await companies(*both) == (200, [1, 2])
