"""The short form of `make faults` for every run of the tests: all processes are killed at once."""

import random

from tests.faults.fire import export_under_fire
from tests.faults.scene import PARTS, Scene

ORDERS = 300


def test_all_processes_are_killed_at_once(scene: Scene, chance: random.Random) -> None:
    print(export_under_fire(scene, PARTS, chance.uniform(0.2, 0.7), ORDERS), flush=True)
