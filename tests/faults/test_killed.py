"""Any process is killed in the middle of an export: the run is completed, nothing is lost and nothing doubled."""

import random

import pytest

from tests.faults.fire import export_under_fire
from tests.faults.scene import PARTS, Scene

pytestmark = pytest.mark.faults

ORDERS = 2_000


@pytest.mark.parametrize("aim", [0.25, 0.5, 0.75])
@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_killed_in_the_middle_of_an_export(scene: Scene, part: str, aim: float) -> None:
    # A little early, because the run continues until the signal arrives.
    print(export_under_fire(scene, (part,), aim - 0.03, ORDERS), flush=True)


def test_all_parts_are_killed_at_once(scene: Scene, chance: random.Random) -> None:
    print(export_under_fire(scene, PARTS, chance.uniform(0.2, 0.7), ORDERS), flush=True)
