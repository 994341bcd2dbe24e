"""Fixtures of the ledgers: the services in this process on databases of their own, with the sample company loaded."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from pydantic import SecretStr

from deploy.local.reconcile import differences_between
from services.rating.main import create_app as create_rating
from services.rating.settings import Settings as RatingSettings
from services.receivables.main import create_app as create_receivables
from services.receivables.settings import Settings as ReceivablesSettings
from shared.access import Grant, Level, Principal
from shared.database import Database
from shared.identity import HEADER, public_jwks, sign_identity
from tests.services.exchange import announce_accounts, deliver, exchange, take_events, work_off

SAMPLE = Path(__file__).parents[2] / "deploy" / "sample"

RATING_FEATURES = (
    *("work_orders", "rate_tables", "rating", "rollup", "wip", "export", "commissions", "reconciliation", "audit"),
)
RECEIVABLES_FEATURES = (
    *(
        "setup",
        "customers",
        "accounts",
        "invoices",
        "credits",
        "batches",
        "posting",
        "write_offs",
        "month_reopening",
        "months",
        "reconciliation",
        "audit",
    ),
)


def everything(service: str, features: tuple[str, ...]) -> tuple[Grant, ...]:
    return tuple(Grant(f"{service}.{name}", Level.ADMIN) for name in features)


WIRED = {
    "rating": (create_rating, RatingSettings, RATING_FEATURES),
    "receivables": (create_receivables, ReceivablesSettings, RECEIVABLES_FEATURES),
}


@cache
def application(service: str, gateway_keys: str) -> FastAPI:
    """The service, built once: its routes do not differ from test to test, its database does."""
    create, settings, _ = WIRED[service]
    given = {
        "database_url": SecretStr("postgresql://127.0.0.1:1/none"),
        "NATS_URL": SecretStr("nats://127.0.0.1:1"),
        "gateway_keys": gateway_keys,
        "LOG_LEVEL": "WARNING",
    }
    return create(settings(**given))


@asynccontextmanager
async def client_on(
    service: str, database: Database, key: Ed25519PrivateKey, headers: dict[str, str]
) -> AsyncIterator[httpx.AsyncClient]:
    """A client that calls a service in this process, on the given database."""
    app = application(service, public_jwks([key]))
    app.state.database = database
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers) as client:
        yield client


@pytest.fixture
async def rating(rating_database: Database, gateway_key, identity) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the rating service that may do everything."""
    headers = identity("rating", *everything("rating", RATING_FEATURES))
    async with client_on("rating", rating_database, gateway_key, headers) as client:
        yield client


@pytest.fixture
async def receivables(receivables_database: Database, gateway_key, identity) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the receivables service that may do everything."""
    headers = identity("receivables", *everything("receivables", RECEIVABLES_FEATURES))
    async with client_on("receivables", receivables_database, gateway_key, headers) as client:
        yield client


async def load(client: httpx.AsyncClient, noun: str, content: bytes | None = None) -> httpx.Response:
    """Imports a file of the sample company, or the given content in its place."""
    body = (SAMPLE / f"{noun}.csv").read_bytes() if content is None else content
    return await client.post(f"/v1/{noun}/import", content=body, headers={"content-type": "text/csv"})


SETUP = {
    "receivables": (
        *("gl-accounts", "ar-companies", "receivable-types", "pay-terms", "tax-codes", "materials"),
        *("misc-distribution-codes", "customers", "contracts", "contract-items", "jb-companies", "job-billings"),
    ),
    "rating": (
        *("branches", "customer-types", "priorities", "job-types"),
        *("regions", "bill-types", "billing-items", "billing-profiles", "servers"),
    ),
}


async def _load_company(names: dict[str, str], cluster: Callable[[str, str], str], key: Ed25519PrivateKey) -> None:
    databases = {service: Database(cluster(name, f"{service}_runtime"), 3) for service, name in names.items()}
    for service, (_, _, features) in WIRED.items():
        principal = Principal("1", "ALAMO\\setup", everything(service, features))
        headers = {HEADER: sign_identity(key, principal, service)}
        async with client_on(service, databases[service], key, headers) as client:
            for noun in SETUP[service]:
                answer = await load(client, noun)
                assert answer.status_code == 201, answer.text
    await announce_accounts(databases["receivables"])
    await deliver(databases["rating"], "rating", await take_events(databases["receivables"], "receivables"))
    for database in databases.values():
        await database.close()


@pytest.fixture(scope="session")
def templates(cluster: Callable[[str, str], str], gateway_key: Ed25519PrivateKey) -> dict[str, str]:
    """Databases that hold the sample company already, made once a worker, whichever folder asks first."""
    names = {service: f"company_{service}_{os.getpid()}" for service in SETUP}

    async def make() -> None:
        connection = await asyncpg.connect(cluster("postgres", "postgres"))
        try:
            if await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname = ANY($1)", [*names.values()]):
                return
            for service, name in names.items():
                await connection.execute(f"CREATE DATABASE {name} OWNER {service}_owner TEMPLATE {service}")
            await _load_company(names, cluster, gateway_key)
        finally:
            await connection.close()

    # In a thread of its own: a test's event loop may be running already.
    with ThreadPoolExecutor(1) as worker:
        worker.submit(asyncio.run, make()).result()
    return {**names, "security": "security"}


@pytest.fixture
def company(rating: httpx.AsyncClient, receivables: httpx.AsyncClient) -> tuple[httpx.AsyncClient, httpx.AsyncClient]:
    """Both services with the sample company; rating has heard of the customers."""
    return rating, receivables


ORDER = {
    "branch": "SAT",
    "customer": "S1001",
    "priority": "STANDARD",
    "job_type": "CITATION",
    "served_zip": "78205",
    "service_on": "2026-11-02",
    "field_status": "served",
    "pod_received": True,
}
"""A served order of San Antonio, without its number."""


def order_csv(*rows: str) -> bytes:
    """A file of work orders; each row gives number, branch, customer, priority, job type, ZIP and anything further."""
    heading = "number,branch,customer,priority,job_type,served_zip,miles,triggers,service_on,field_status,pod_received"
    full = [f"{row},2026-11-02,served,yes" for row in rows]
    return "\n".join([heading, *full]).encode()


@pytest.fixture
def enter(company) -> Callable[..., Awaitable[list[dict[str, Any]]]]:
    """Enters served orders of San Antonio by number and returns them: `await enter("W1", "W2")`."""
    rating, _ = company

    async def make(
        *numbers: str, customer: str = "S1001", miles: str = "", zip_code: str = "78205", branch: str = "SAT"
    ) -> list[dict[str, Any]]:
        rows = [f"{number},{branch},{customer},STANDARD,CITATION,{zip_code},{miles}," for number in numbers]
        answer = await load(rating, "work-orders", order_csv(*rows))
        assert answer.status_code == 201, answer.text
        made = (await rating.get("/v1/work-orders", params={"limit": 500})).json()["items"]
        return [next(one for one in made if one["number"] == number) for number in numbers]

    return make


@pytest.fixture
def rate(company) -> Callable[..., Awaitable[httpx.Response]]:
    """Rates an order and returns the answer."""
    rating, _ = company

    async def do(order_id: int) -> httpx.Response:
        etag = (await rating.get(f"/v1/work-orders/{order_id}")).headers["etag"]
        return await rating.post(f"/v1/work-orders/{order_id}/rating", headers={"if-match": etag})

    return do


def key(name: object) -> dict[str, str]:
    """The header that names a command."""
    return {"idempotency-key": f"key-{name}"}


@pytest.fixture
def export(
    company, rating_database: Database, receivables_database: Database
) -> Callable[..., Awaitable[dict[str, Any]]]:
    """Rates what is open, exports what is ready into November 2026, and lets both sides talk it out."""
    count = iter(range(1000))

    async def do(**wanted: Any) -> dict[str, Any]:
        rating, _ = company
        await rating.post("/v1/rating-runs", json={})
        await work_off(rating_database)
        body = {"invoice_date": "2026-11-20", **wanted}
        started = await rating.post("/v1/exports", json=body, headers=key(f"export {next(count)}"))
        assert started.status_code == 202, started.text
        await exchange(rating_database, receivables_database)
        run: dict[str, Any] = (await rating.get(started.headers["location"])).json()
        return run

    return do


@pytest.fixture
def reconciled(company) -> Callable[[], Awaitable[None]]:
    """Asserts that each service, and the two together, have no difference."""

    async def check() -> None:
        rating, receivables = company
        ours = (await rating.get("/v1/reconciliation")).json()
        theirs = (await receivables.get("/v1/reconciliation")).json()
        assert differences_between(ours, theirs) == []

    return check


_COUNTED = """
SELECT query, sum(calls)::int AS calls FROM pg_stat_statements
WHERE dbid = $1 AND toplevel AND query !~* '^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SHOW|;)'
AND query !~ 'pg_catalog|typeinfo|set_config|current_schema'
GROUP BY query
"""


class Statements:
    """How often a database was sent which statements."""

    def __init__(self) -> None:
        self.calls: dict[str, int] = {}

    @property
    def count(self) -> int:
        return sum(self.calls.values())


@pytest.fixture
async def count_statements(
    cluster: Callable[[str, str], str],
) -> AsyncIterator[Callable[[Database], AbstractAsyncContextManager[Statements]]]:
    """Counts the statements that the server ran in a database: `async with count_statements(database) as statements`.

    COPY counts as well; what begins and ends transactions, and what the driver asks for itself, does not.
    """
    superuser = await asyncpg.connect(cluster("postgres", "postgres"))

    @asynccontextmanager
    async def counting(database: Database) -> AsyncIterator[Statements]:
        name = database.engine.url.database
        oid = await superuser.fetchval("SELECT oid FROM pg_database WHERE datname = $1", name)
        await superuser.execute("SELECT pg_stat_statements_reset(0, $1, 0)", oid)
        statements = Statements()
        yield statements
        statements.calls = {row["query"]: row["calls"] for row in await superuser.fetch(_COUNTED, oid)}

    yield counting
    await superuser.close()
