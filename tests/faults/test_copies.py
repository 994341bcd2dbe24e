"""Every event is delivered five times or more, in any order, half of the copies with new ids."""

import random
import time

import pytest

from tests.faults.fire import require_whole
from tests.faults.rogue import Rogue
from tests.faults.scene import Scene

pytestmark = pytest.mark.faults

ORDERS = 2_000


def test_every_event_delivered_five_times_in_any_order(scene: Scene, chance: random.Random) -> None:
    assert scene.suite.nats is not None
    # With five times the work and a new request every three seconds, a slow machine would be overwhelmed.
    scene.suite.answer_patience_seconds = 30
    scene.kill("rating")
    scene.start_again("rating")
    scene.suite.wait_ready("rating")
    with Rogue(scene.suite.nats.port, chance) as rogue:
        scene.seed(ORDERS)
        run_id, _ = scene.export()
        since = time.monotonic()
        scene.wait_settled(run_id, 1.0)
        deadline = time.monotonic() + 60
        while rogue.held:
            assert time.monotonic() < deadline, rogue.held
            time.sleep(0.05)
        outcome = scene.finish(run_id, since, strangers=True)
        assert rogue.copies >= 4 * rogue.seen * 0.99
        print(f"{rogue.seen:,} events and {rogue.copies:,} shuffled copies: {outcome}", flush=True)
    require_whole(scene, run_id, ORDERS, outcome)
