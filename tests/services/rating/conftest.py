"""Fixtures for rating: orders on rollups and orders that servers earn from; and the types of fixtures."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx

from shared.database.pool import Database
from tests.fixtures.commissions import adjust, close, credit, paying, rated, totals
from tests.fixtures.ledgers import Statements
from tests.fixtures.rollups import rated_ids, rolled

__all__ = ["adjust", "close", "credit", "paying", "rated", "rated_ids", "rolled", "totals"]

Adjust = Callable[..., Awaitable[httpx.Response]]
Close = Callable[[], Awaitable[None]]
CountStatements = Callable[[Database], AbstractAsyncContextManager[Statements]]
Credit = Callable[..., Awaitable[None]]
Do = Callable[..., Awaitable[httpx.Response]]
"""Sends a request about an order with its current ETag."""
Export = Callable[..., Awaitable[dict[str, Any]]]
Identity = Callable[..., dict[str, str]]
Rated = Callable[..., Awaitable[list[dict[str, Any]]]]
RatedIds = Callable[..., Awaitable[list[int]]]
Reconciled = Callable[[], Awaitable[None]]
Totals = Callable[..., Awaitable[dict[str, tuple[str, ...]]]]
