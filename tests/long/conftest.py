"""A separate suite with the sample company for the long tests."""

from collections.abc import Iterator

import pytest

from deploy.local.suite import Suite
from tests.conftest import sample_suite


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    with sample_suite(tmp_path_factory.mktemp("long")) as running:
        yield running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/long/" in item.nodeid:
            item.add_marker(pytest.mark.long)
