"""A search over invoices, customers, batches and contracts, by the beginning of a number or part of a name."""

from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.access.grants import Grant, Level, Limits
from shared.database.pool import Database
from tests.fixtures.clerk import Clerk
from tests.fixtures.ledgers import client_on
from tests.services.receivables.fixtures import CountStatements, Identity


async def found(client: httpx.AsyncClient, text: str) -> list[tuple[str, str]]:
    answer = await client.get("/v1/search", params={"q": text})
    assert answer.status_code == 200, answer.text
    return [(one["kind"], one["number"]) for one in answer.json()["items"]]


@pytest.fixture
async def filled(clerk: Clerk) -> Clerk:
    batch_id = await clerk.batch(description="Monday")
    for number in ("J-10", "J-11", "j-12", *(f"K{last}" for last in range(7))):
        await clerk.entered(batch_id, customer="E1", invoice_number=number, lines=[{"net": "1.00"}])
    await clerk.post(batch_id)
    return clerk


async def test_numbers_are_found_by_their_beginning_and_names_by_a_part(filled: Clerk) -> None:
    client = filled.client
    for text in ("J-1", "j-1"):
        expected = [("invoice", "J-10"), ("invoice", "J-11"), ("invoice", "j-12"), ("contract", "J-1")]
        assert await found(client, text) == expected
    assert await found(client, "e2") == [("customer", "E2")]
    assert await found(client, "taxe") == [("customer", "E2")]
    assert await found(client, "t house") == [("contract", "J-1")]
    assert await found(client, "-1") == []
    assert await found(client, "%") == []
    assert [number for _, number in await found(client, "K")] == [f"K{last}" for last in range(5)]
    (batch,) = (await client.get("/v1/search", params={"q": "1"})).json()["items"]
    assert batch == {"kind": "batch", "id": 1, "ar_company": 1, "number": "1", "name": "Monday", "status": "posted"}


@pytest.mark.parametrize("text", ["", " ", "a\u0000"])
async def test_a_search_needs_a_text(receivables: httpx.AsyncClient, text: str) -> None:
    assert (await receivables.get("/v1/search", params={"q": text})).status_code == 422


async def test_a_search_shows_only_what_its_caller_may_see(
    filled: Clerk, receivables_database: Database, gateway_key: Ed25519PrivateKey, identity: Identity
) -> None:
    async def seen(text: str, *grants: Grant) -> list[Any]:
        headers = identity("receivables", *grants)
        async with client_on("receivables", receivables_database, gateway_key, headers) as client:
            return sorted({kind for kind, _ in await found(client, text)})

    everywhere = [f"receivables.{noun}" for noun in ("invoices", "customers", "batches", "setup")]
    for feature, text, kind in zip(
        everywhere, ("J-1", "E1", "1", "J-1"), ("invoice", "customer", "batch", "contract"), strict=True
    ):
        assert await seen(text, Grant(feature, Level.VIEW)) == [kind]
    for limits in (Limits(ar_companies=frozenset({2})), Limits(customers=frozenset({"E3"}))):
        grants = [Grant(feature, Level.VIEW, limits) for feature in everywhere]
        for text in ("J-1", "E1", "1", "Plain", "house"):
            assert await seen(text, *grants) == [], (text, limits)
    assert await seen("J-1", Grant("receivables.invoices", Level.VIEW, Limits(branches=frozenset({"SAT"})))) == []


async def test_a_search_takes_one_statement_for_each_kind(
    filled: Clerk, receivables_database: Database, count_statements: CountStatements
) -> None:
    async with count_statements(receivables_database) as statements:
        await found(filled.client, "1")
    assert sum(statements.calls.values()) == 4
