"""Random lives of orders, with each step checked against the model. `RATEBOOK_LIVES` sets how many."""

import os
from collections.abc import Callable
from contextlib import AsyncExitStack

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.exchange.lives.machine import Lives
from tests.exchange.lives.world import World, a_world

LIVES = int(os.environ.get("RATEBOOK_LIVES", "3"))


def test_random_lives_of_orders_follow_the_state_diagram(
    cluster: Callable[[str, str], str],
    templates: dict[str, str],
    gateway_key: Ed25519PrivateKey,
    identity: Callable[..., dict[str, str]],
) -> None:
    lives = iter(range(1_000_000))

    async def open_world(stack: AsyncExitStack) -> World:
        return await a_world(stack, next(lives), cluster, templates, gateway_key, identity)

    class Life(Lives):
        pass

    Life.open_world = staticmethod(open_world)
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=LIVES,
            stateful_step_count=30,
            deadline=None,
            # The same lives each time, unless more of them are requested. They are too slow to be shortened.
            derandomize="RATEBOOK_LIVES" not in os.environ,
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
