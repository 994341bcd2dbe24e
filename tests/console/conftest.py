"""The suite as `make up` starts it, with the sample company, for clients of other languages and for commands."""

from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from deploy.local.suite import Suite
from tests.conftest import sample_suite

collect_ignore = [] if find_spec("playwright") else ["pages"]
"""`make test` installs nothing that drives a browser; `make test-console` does."""


@pytest.fixture(scope="session")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    with sample_suite(tmp_path_factory.mktemp("suite")) as running:
        yield running
