"""A company whose client gets one invoice a month, and orders that are rated."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from tests.services.rating.api.rollup.commands import MONTHLY


@pytest.fixture
async def rolled(company) -> httpx.AsyncClient:
    """Rating, where Harlan & Ruiz get one invoice a month."""
    rating, _ = company
    assert (await rating.post("/v1/rollup-rules", json=MONTHLY)).status_code == 201
    return rating


@pytest.fixture
def rated(enter, rate) -> Callable[..., Awaitable[list[int]]]:
    """Enters and rates orders, and gives their ids."""

    async def make(*numbers: str, **facts: Any) -> list[int]:
        made = [one["id"] for one in await enter(*numbers, **facts)]
        for order_id in made:
            assert (await rate(order_id)).status_code == 200
        return made

    return make
