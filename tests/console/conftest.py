"""The suite as `make up` starts it, with the sample company, for clients of other languages and for commands."""

from collections.abc import Iterator

import pytest

from deploy.console import build
from deploy.local.suite import Suite
from tests.conftest import sample_suite


@pytest.fixture(scope="session")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    build()
    with sample_suite(tmp_path_factory.mktemp("suite")) as running:
        yield running
