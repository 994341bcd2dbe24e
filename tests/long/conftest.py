"""A suite of its own for the long tests, with the sample company."""

from collections.abc import Iterator

import pytest

from deploy.local.home import Home
from deploy.local.sample import load_sample
from deploy.local.suite import Suite


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    with Home(tmp_path_factory.mktemp("long")) as home:
        made = Suite(home, durable=False)
        try:
            made.start()
            load_sample(made)
            yield made
        finally:
            made.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/long/" in item.nodeid:
            item.add_marker(pytest.mark.long)
