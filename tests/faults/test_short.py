"""The short form of `make faults` for every run of the tests: kill one process, and then all at once."""

import random

from tests.faults.fire import export_under_fire
from tests.faults.scene import PARTS, Scene

ORDERS = 500


def test_one_process_is_killed_and_then_all_at_once(scene: Scene, chance: random.Random) -> None:
    print(export_under_fire(scene, (chance.choice(PARTS),), chance.uniform(0.2, 0.7), ORDERS), flush=True)
    print(export_under_fire(scene, PARTS, chance.uniform(0.2, 0.7), ORDERS), flush=True)
