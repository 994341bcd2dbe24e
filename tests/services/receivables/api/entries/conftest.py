"""The databases of these tests have the clerk's setup from the start. It is loaded once per worker."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.database.pool import Database
from tests.fixtures.clerk import Clerk, load_setup
from tests.fixtures.entry_life import Place


@pytest.fixture(scope="session")
def place(cluster: Callable[[str, str], str], templates: dict[str, str], gateway_key: Ed25519PrivateKey) -> Place:
    """The place where random histories start."""
    return Place(cluster, templates["receivables"], gateway_key)


@pytest.fixture(scope="session")
def templates(
    templates: dict[str, str], cluster: Callable[[str, str], str], gateway_key: Ed25519PrivateKey
) -> dict[str, str]:
    place = Place(cluster, f"clerk_receivables_{os.getpid()}", gateway_key)

    async def make() -> None:
        await place.create(place.template, templates["receivables"])
        async with place.working_on(place.template) as (client, _):
            await load_setup(client)

    # In its own thread, because the event loop of a test may be running already.
    with ThreadPoolExecutor(1) as worker:
        worker.submit(asyncio.run, make()).result()
    return {**templates, "receivables": place.template}


@pytest.fixture
def clerk(receivables: httpx.AsyncClient, receivables_database: Database) -> Clerk:
    return Clerk(receivables, receivables_database)
