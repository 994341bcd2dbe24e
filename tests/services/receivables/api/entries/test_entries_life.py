"""Whatever a clerk does: postings balance, the sub-ledger is the GL, nothing is settled twice, and zero is zero."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fixtures.entry_life import EntryLife, Place


def live(place: Place, runs: int, steps: int) -> None:
    machine = type("Life", (EntryLife,), {"place": place})
    # A life that fails is told as it was lived: to look for a shorter one would take longer than reading it.
    chosen = settings(
        max_examples=runs,
        phases=[Phase.generate],
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=[*HealthCheck],
        database=None,
    )
    run_state_machine_as_test(machine, settings=chosen)


def test_a_few_lives_add_up(place) -> None:
    live(place, runs=5, steps=30)


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_five_hundred_lives_add_up(place, part: int) -> None:
    """In parts, so that several workers live them; each part draws other lives."""
    live(place, runs=50, steps=30)
