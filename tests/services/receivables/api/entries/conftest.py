"""The databases of these tests have the clerk's setup from the start. It is loaded once for the run."""

from collections.abc import Callable

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.database.pool import Database
from tests.fixtures.clerk import Clerk, load_setup
from tests.fixtures.entry_life import Place
from tests.fixtures.ledgers import make_once


@pytest.fixture(scope="session")
def place(cluster: Callable[[str, str], str], templates: dict[str, str], gateway_key: Ed25519PrivateKey) -> Place:
    """The place where random histories start."""
    return Place(cluster, templates["receivables"], gateway_key)


@pytest.fixture(scope="session")
def templates(
    templates: dict[str, str], cluster: Callable[[str, str], str], gateway_key: Ed25519PrivateKey
) -> dict[str, str]:
    name = "clerk_receivables"

    async def make(new: dict[str, str]) -> None:
        place = Place(cluster, new[name], gateway_key)
        async with place.working_on(place.template) as (client, _):
            await load_setup(client)

    make_once(cluster, {name: templates["receivables"]}, make)
    return {**templates, "receivables": name}


@pytest.fixture
def clerk(receivables: httpx.AsyncClient, receivables_database: Database) -> Clerk:
    return Clerk(receivables, receivables_database)
