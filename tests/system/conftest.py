"""The suite as `make up` starts it, once for the run, with the sample company, and one run of the demo."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from deploy.local.demo import run_demo
from deploy.local.suite import Suite
from tests.conftest import sample_suite

Story = tuple[dict[str, object], str, Path]
"""The demo's summary, its output, and the folder of its reports."""


@pytest.fixture(scope="session")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    with sample_suite(tmp_path_factory.mktemp("suite")) as running:
        yield running


@pytest.fixture(scope="session")
def story(suite: Suite, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """One run of the demo: its summary, its output, and the folder of its reports."""
    printed = StringIO()
    output = tmp_path_factory.mktemp("reports")
    summary = run_demo(suite, output, Console(file=printed, width=140))
    return summary, printed.getvalue(), output
