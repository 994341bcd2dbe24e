"""Fixtures of the fault tests: the whole suite, once for each module, and the seed that repeats a case."""

import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.home import Home
from tests.conftest import _quick_place
from tests.faults.scene import Scene, chosen_seed, scene_in
from tests.fixtures.ledgers import company, enter, rating, receivables, templates

__all__ = ["company", "enter", "rating", "receivables", "templates"]


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """The running suite with durable databases, so that the test itself loses nothing that was committed."""
    directory = Path(tempfile.mkdtemp(prefix="ratebook-faults-", dir=_quick_place()))
    with Home(directory / "suite") as home, scene_in(home) as made:
        yield made
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def chance(request: pytest.FixtureRequest) -> random.Random:
    """Random numbers that `RATEBOOK_SEED` can repeat; the seed is printed."""
    seed = chosen_seed()
    print(f"\n{request.node.name}: RATEBOOK_SEED={seed}", flush=True)
    return random.Random(seed)
