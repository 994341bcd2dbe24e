"""A scrape reports pending events and dead letters, and is answered even while the database is down."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from services.rating.consumers import customer_changed
from services.rating.main import create_app
from services.rating.settings import Settings
from shared.access.identity import public_jwks
from shared.database.pool import Database
from shared.database.statements import execute
from shared.events import dead_letters
from tests.conftest import client_of
from tests.fixtures.exchange import take_events
from tests.fixtures.ledgers import Company, Enter, Rate, key


def value(text: str, sample: str) -> float:
    (found,) = [line.rsplit(" ", 1)[1] for line in text.splitlines() if line.startswith(f"{sample} ")]
    return float(found)


async def scrape(client: httpx.AsyncClient) -> str:
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    return answer.text


@pytest.fixture
async def asked(rating_database: Database, gateway_key: Ed25519PrivateKey) -> AsyncIterator[httpx.AsyncClient]:
    """The rating service with its own database, without background work."""
    settings = Settings(
        database_url=rating_database.url, NATS_URL="nats://127.0.0.1:1", gateway_keys=public_jwks([gateway_key])
    )
    app = create_app(settings)
    yield client_of(app)
    await app.state.database.close()


async def test_pending_events_are_counted_with_the_age_of_the_oldest(
    asked: httpx.AsyncClient, rating_database: Database
) -> None:
    before = await scrape(asked)
    assert value(before, "ratebook_outbox_oldest_age_seconds") == 0
    async with rating_database.transaction() as session:
        for age in (timedelta(minutes=5), timedelta(0)):
            await execute(
                session,
                "INSERT INTO outbox (event_name, data, created_at) VALUES ('work-order-rated', '{}', now() - CAST(:age AS interval))",
                age=age,
            )
    text = await scrape(asked)
    assert value(text, "ratebook_outbox_pending") == value(before, "ratebook_outbox_pending") + 2
    assert 300 <= value(text, "ratebook_outbox_oldest_age_seconds") < 360


async def test_dead_letters_are_counted_by_consumer_until_they_are_replayed(
    asked: httpx.AsyncClient, rating_database: Database
) -> None:
    sample = 'ratebook_dead_letters{consumer="rating-customer-changed"}'
    assert value(await scrape(asked), sample) == 0
    async with rating_database.transaction() as session:
        await dead_letters.keep(
            session,
            consumer="rating-customer-changed",
            subject="ratebook.v1.receivables.customer-changed",
            stream_sequence=7,
            payload=b"{}",
            reason="does not fit",
            deliveries=1,
        )
    assert value(await scrape(asked), sample) == 1
    async with rating_database.transaction() as session:
        await execute(session, "UPDATE dead_letter SET replayed_at = now()")
    assert value(await scrape(asked), sample) == 0


async def test_a_redelivered_event_counts_as_a_duplicate(
    asked: httpx.AsyncClient, company: Company, receivables_database: Database, rating_database: Database
) -> None:
    _, receivables = company
    customer = (await receivables.get("/v1/customers", params={"limit": 1})).json()["items"][0]
    whole = await receivables.get(f"/v1/customers/{customer['id']}")
    await receivables.patch(
        f"/v1/customers/{customer['id']}", json={"name": "Renamed"}, headers={"if-match": whole.headers["etag"]}
    )
    payload = (await take_events(receivables_database, "receivables"))[-1][2]
    sample = 'ratebook_inbox_duplicates_total{consumer="rating-customer-changed"}'
    async with rating_database.transaction() as session:
        await customer_changed.consumer.take_in(session, [payload, payload])
    before = value(await scrape(asked), sample)
    async with rating_database.transaction() as session:
        await customer_changed.consumer.take_in(session, [payload])
    assert value(await scrape(asked), sample) == before + 1


async def test_a_run_in_flight_is_counted_with_its_age(
    asked: httpx.AsyncClient, company: Company, enter: Enter, rate: Rate, rating_database: Database
) -> None:
    rating, _ = company
    (order,) = await enter("W1")
    await rate(order["id"])
    await rating.post("/v1/exports", json={"invoice_date": "2026-11-20"}, headers=key("metrics"))
    async with rating_database.transaction() as session:
        await execute(session, "UPDATE export_run SET requested_at = now() - interval '11 minutes'")
    text = await scrape(asked)
    assert value(text, 'ratebook_export_runs{status="preparing"}') == 1
    assert value(text, 'ratebook_export_runs{status="done"}') == 0
    assert 660 <= value(text, "ratebook_export_run_oldest_age_seconds") < 720


async def test_an_exhausted_pool_is_reported_and_the_scrape_is_answered(asked: httpx.AsyncClient) -> None:
    transport = asked._transport
    assert isinstance(transport, httpx.ASGITransport)
    assert isinstance(transport.app, FastAPI)
    database: Database = transport.app.state.database
    held = [database.transaction() for _ in range(10)]
    for transaction in held:
        session = await transaction.__aenter__()
        await execute(session, "SELECT 1")
    waiting = asyncio.create_task(database.ping())
    await asyncio.sleep(0.1)
    text = await scrape(asked)
    assert value(text, "ratebook_database_pool_in_use") == value(text, "ratebook_database_pool_size") == 10
    # One for the ping, and one for the scrape itself.
    assert value(text, "ratebook_database_pool_waiting") >= 1
    assert value(text, 'ratebook_lookup_up{of="database"}') == 0
    for transaction in held:
        await transaction.__aexit__(None, None, None)
    await waiting
    text = await scrape(asked)
    assert value(text, "ratebook_database_pool_waiting") == 0
    assert value(text, 'ratebook_lookup_up{of="database"}') == 1


async def test_a_scrape_is_answered_while_the_database_is_down(gateway_key: Ed25519PrivateKey) -> None:
    settings = Settings(
        database_url="postgresql://nobody@127.0.0.1:1/none",
        NATS_URL="nats://127.0.0.1:1",
        gateway_keys=public_jwks([gateway_key]),
    )
    text = await scrape(client_of(create_app(settings)))
    assert value(text, 'ratebook_lookup_up{of="database"}') == 0
    assert value(text, 'ratebook_lookup_up{of="pool"}') == 1
    assert value(text, "ratebook_database_pool_size") == 10
    assert "ratebook_outbox_pending" not in text
