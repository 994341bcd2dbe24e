"""Those who operate the suite see how a service is, and have it handle messages again."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.rating.main import create_app
from services.rating.settings import Settings
from services.receivables.main import create_app as create_receivables
from services.receivables.settings import Settings as ReceivablesSettings
from shared.access.grants import Grant, Level, Limits
from shared.access.identity import public_jwks
from shared.contracts.customer_changed import CustomerChanged
from shared.contracts.event import envelope_bytes
from shared.contracts.invoice_withdrawal_requested import InvoiceWithdrawalRequested, WithdrawnInvoice
from shared.database.pool import Database
from shared.database.statements import fetch_value
from shared.events import dead_letters, incarnations
from shared.process.recent import Recent
from shared.process.version import VERSION
from tests.conftest import client_of

FEATURE = "operations.status"
EDIT = Grant(FEATURE, Level.EDIT)
SIX_MINUTES = 359.0
NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture
async def ask(
    rating_database: Database, gateway_key: Ed25519PrivateKey, identity: Callable[..., dict[str, str]]
) -> AsyncIterator[Callable[..., httpx.AsyncClient]]:
    """Clients of the rating service with its own database, without background work."""
    settings = Settings(
        database_url=rating_database.url, NATS_URL="nats://127.0.0.1:1", gateway_keys=public_jwks([gateway_key])
    )
    app = create_app(settings)
    yield lambda *grants: client_of(app, identity("rating", *grants))
    await app.state.database.close()


async def keep(database: Database, payload: bytes, consumer: str = "rating-customer-changed") -> int:
    async with database.transaction() as session:
        await dead_letters.keep(
            session,
            consumer=consumer,
            subject="ratebook.v1.receivables.customer-changed",
            stream_sequence=7,
            payload=payload,
            reason="does not match the schema",
            deliveries=8,
        )
        found: int = await fetch_value(session, "SELECT max(id) FROM dead_letter")
    return found


def changed(number: str) -> bytes:
    event = CustomerChanged(ar_company=1, number=number, version=1, name=number, status="active", customer_type="LAW")
    return envelope_bytes(uuid4(), "receivables", CustomerChanged.event_name(), NOW, event.model_dump_json())


async def test_a_service_says_how_it_is(ask: Callable[..., httpx.AsyncClient], rating_database: Database) -> None:
    await keep(rating_database, b"{}")
    said = (await ask(Grant(FEATURE, Level.VIEW)).get("/v1/status")).json()
    assert (said["service"], said["version"], said["dead_letters"]) == ("rating", VERSION, 1)
    assert {part["name"]: part["state"] for part in said["parts"]} == {
        "database": "ok",
        "nats": "NATS is unreachable.",
        "loops": "ok",
    }
    assert said["outbox"]["pending"] >= 0
    again = (await ask(Grant(FEATURE, Level.VIEW)).get("/v1/status")).json()
    assert again["latency"]["requests"] > 0
    assert again["latency"]["p50_ms"] <= again["latency"]["p99_ms"]


async def test_a_service_without_its_database_says_that(
    gateway_key: Ed25519PrivateKey, identity: Callable[..., dict[str, str]]
) -> None:
    settings = Settings(
        database_url="postgresql://127.0.0.1:1/none",
        NATS_URL="nats://127.0.0.1:1",
        gateway_keys=public_jwks([gateway_key]),
    )
    app = create_app(settings)
    said = (await client_of(app, identity("rating", EDIT)).get("/v1/status")).json()
    await app.state.database.close()
    assert (said["outbox"], said["dead_letters"], said["latest"]) == (None, None, [])
    assert {"name": "database", "state": "The database is unreachable."} in said["parts"]


async def test_dead_letters_are_listed_with_their_payloads(
    ask: Callable[..., httpx.AsyncClient], rating_database: Database
) -> None:
    first = await keep(rating_database, b'{"number": "S1001"}')
    second = await keep(rating_database, b"\xff no JSON")
    page = (await ask(EDIT).get("/v1/dead-letters", params={"limit": 1})).json()
    rest = (await ask(EDIT).get("/v1/dead-letters", params={"cursor": page["next_cursor"]})).json()
    listed = {one["id"]: one["payload"] for one in [*page["items"], *rest["items"]]}
    assert listed == {first: {"number": "S1001"}, second: "\ufffd no JSON"}
    assert page["totals"] == {"count": 2}


async def test_of_a_large_message_a_list_shows_the_beginning(
    ask: Callable[..., httpx.AsyncClient], rating_database: Database
) -> None:
    await keep(rating_database, b'{"number": "' + b"9" * 900_000 + b'"}')
    answer = await ask(EDIT).get("/v1/dead-letters")
    (listed,) = answer.json()["items"]
    assert listed["payload"].startswith('{"number": "999')
    assert len(answer.content) < 70_000


async def test_a_message_that_still_fails_says_why_and_stays(
    ask: Callable[..., httpx.AsyncClient], rating_database: Database
) -> None:
    letter = await keep(rating_database, b'{"specversion": "1.0", "id": "secret"}')
    client = ask(EDIT)
    client.headers["idempotency-key"] = "one"
    refused = await client.post(f"/v1/dead-letters/{letter}/replay")
    assert (refused.status_code, refused.json()["code"]) == (409, "DEAD_LETTER_STUCK")
    assert "does not match its schema" in refused.json()["detail"]
    assert "secret" not in refused.text
    other = await keep(rating_database, b"{}", consumer="rating-something-else")
    client.headers["idempotency-key"] = "two"
    refused = await client.post(f"/v1/dead-letters/{other}/replay")
    assert "no longer has a consumer rating-something-else" in refused.json()["detail"]
    assert len((await ask(EDIT).get("/v1/dead-letters")).json()["items"]) == 2


async def test_a_message_is_handled_once(ask: Callable[..., httpx.AsyncClient], rating_database: Database) -> None:
    letter = await keep(rating_database, changed("S77"))
    client = ask(EDIT)
    client.headers["idempotency-key"] = "one"
    done = await client.post(f"/v1/dead-letters/{letter}/replay")
    assert (done.status_code, done.json()) == (200, {"id": letter, "result": "replayed"})
    assert (await client.post(f"/v1/dead-letters/{letter}/replay")).headers["idempotency-replayed"] == "true"
    client.headers["idempotency-key"] = "two"
    assert (await client.post(f"/v1/dead-letters/{letter}/replay")).status_code == 404
    async with rating_database.transaction() as session:
        assert await fetch_value(session, "SELECT count(*) FROM customer WHERE number = 'S77'") == 1
        operation = await fetch_value(session, "SELECT operation FROM audit_entry ORDER BY id DESC LIMIT 1")
    assert operation == "POST /v1/dead-letters/{dead_letter_id}/replay"


async def test_a_message_from_before_a_restore_is_closed(
    ask: Callable[..., httpx.AsyncClient], rating_database: Database, cluster: Callable[[str, str], str]
) -> None:
    letter = await keep(rating_database, changed("S77"))
    owned = Database(cluster(rating_database.name, "rating_owner"), 1)
    async with owned.transaction() as session:
        await incarnations.begin(session, {"receivables": uuid4()})
    await owned.close()
    done = await ask(EDIT).post(f"/v1/dead-letters/{letter}/replay", headers={"idempotency-key": "one"})
    assert done.json() == {"id": letter, "result": "closed"}
    async with rating_database.transaction() as session:
        assert await fetch_value(session, "SELECT count(*) FROM customer WHERE number = 'S77'") == 0


async def test_receivables_has_its_own_dead_letters(
    receivables_database: Database,
    gateway_key: Ed25519PrivateKey,
    identity: Callable[..., dict[str, str]],
    cluster: Callable[[str, str], str],
) -> None:
    event = InvoiceWithdrawalRequested(
        run_id=3, ar_company=1, invoices=(WithdrawnInvoice(invoice_id=5, attempt=1, orders=()),)
    )
    payload = envelope_bytes(uuid4(), "rating", event.event_name(), NOW, event.model_dump_json())
    letter = await keep(receivables_database, payload, "receivables-invoice-withdrawal-requested")
    owned = Database(cluster(receivables_database.name, "receivables_owner"), 1)
    async with owned.transaction() as session:
        await incarnations.begin(session, {"rating": uuid4()})
    await owned.close()
    settings = ReceivablesSettings(
        database_url=receivables_database.url, NATS_URL="nats://127.0.0.1:1", gateway_keys=public_jwks([gateway_key])
    )
    app = create_receivables(settings)
    client = client_of(app, identity("receivables", EDIT))
    assert [one["id"] for one in (await client.get("/v1/dead-letters")).json()["items"]] == [letter]
    done = await client.post(f"/v1/dead-letters/{letter}/replay", headers={"idempotency-key": "one"})
    assert done.json() == {"id": letter, "result": "closed"}
    assert (await client.get("/v1/status")).json()["dead_letters"] == 0
    reader = client_of(app, identity("receivables", Grant("receivables.audit", Level.VIEW)))
    assert (await reader.get("/v1/audit/chain")).json()["checked"] == 0
    await app.state.database.close()


async def test_a_limited_grant_shows_no_messages(
    ask: Callable[..., httpx.AsyncClient], rating_database: Database
) -> None:
    letter = await keep(rating_database, b"{}")
    limited = ask(Grant(FEATURE, Level.EDIT, Limits(branches=frozenset({"SAT"}))))
    assert (await limited.get("/v1/dead-letters")).status_code == 403
    replayed = await limited.post(f"/v1/dead-letters/{letter}/replay", headers={"idempotency-key": "one"})
    assert replayed.status_code == 403
    viewer = ask(Grant(FEATURE, Level.VIEW))
    assert (await viewer.post(f"/v1/dead-letters/{letter}/replay")).status_code == 403


async def test_the_chain_of_the_audit_is_shown_to_those_who_see_all_of_it(
    ask: Callable[..., httpx.AsyncClient],
) -> None:
    audit = Grant("rating.audit", Level.VIEW)
    assert (await ask(audit).get("/v1/audit/chain")).json()["sealed"] == 0
    limited = Grant("rating.audit", Level.VIEW, Limits(branches=frozenset({"SAT"})))
    assert (await ask(limited).get("/v1/audit/chain")).status_code == 403


def test_the_times_of_requests_are_those_of_the_last_minutes() -> None:
    now = [0.0]
    recent = Recent(lambda: now[0])
    assert recent.taken() is None
    for _ in range(99):
        recent.note(0.010)
    recent.note(3.0)
    found = recent.taken()
    assert found is not None
    assert (found.requests, 0.010 <= found.p50_seconds < 0.0125, found.p99_seconds < 0.0125) == (100, True, True)
    now[0] = 61.0
    recent.note(99.0)
    later = recent.taken()
    assert later is not None
    assert later.p99_seconds >= 3.0
    now[0] = SIX_MINUTES
    left = recent.taken()
    assert left is not None
    assert left.requests == 1
