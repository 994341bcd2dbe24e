"""The types of the fixtures that tests of receivables use."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from shared.database.pool import Database
from tests.fixtures.ledgers import Statements

Cluster = Callable[[str, str], str]
"""The URL of a database in the test cluster, for a role."""
CountStatements = Callable[[Database], AbstractAsyncContextManager[Statements]]
Export = Callable[..., Awaitable[dict[str, Any]]]
Identity = Callable[..., dict[str, str]]
"""The headers of a caller with these grants."""
Reconciled = Callable[[], Awaitable[None]]


def name_of(database: Database) -> str:
    """The name of a database in the cluster."""
    name = database.url.rsplit("/", 1)[-1]
    assert name is not None
    return name
