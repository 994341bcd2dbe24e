"""The short form of `make faults`: all processes are killed at once, and in the long tests one of them before."""

import random

import pytest

from tests.faults.fire import export_under_fire
from tests.faults.scene import PARTS, Scene


def test_all_processes_are_killed_at_once(scene: Scene, chance: random.Random) -> None:
    print(export_under_fire(scene, PARTS, chance.uniform(0.2, 0.7), 300), flush=True)


@pytest.mark.long
def test_one_process_is_killed_and_then_all_at_once(scene: Scene, chance: random.Random) -> None:
    for parts in ((chance.choice(PARTS),), PARTS):
        print(export_under_fire(scene, parts, chance.uniform(0.2, 0.7), 500), flush=True)
