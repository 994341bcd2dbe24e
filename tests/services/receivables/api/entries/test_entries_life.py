"""Random histories of entries: postings always balance, the sub-ledger equals the GL, and nothing is settled twice."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.fixtures.entry_life import EntryLife, Place


def live(place: Place, runs: int, steps: int) -> None:
    machine = type("Life", (EntryLife,), {"place": place})
    # A failing history is reported as it was, because the search for a shorter one takes longer than reading it.
    chosen = settings(
        max_examples=runs,
        phases=[Phase.generate],
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=[*HealthCheck],
        database=None,
    )
    run_state_machine_as_test(machine, settings=chosen)


def test_a_few_random_histories_add_up(place: Place) -> None:
    live(place, runs=5, steps=30)


@pytest.mark.long
@pytest.mark.parametrize("part", range(10))
def test_five_hundred_random_histories_add_up(place: Place, part: int) -> None:
    """In parts for several workers. Each part draws other histories."""
    live(place, runs=50, steps=30)
