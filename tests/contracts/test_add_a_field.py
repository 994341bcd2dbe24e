"""The page on adding a field: its steps, followed in a copy of the repository, are enough."""

import ast
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.contracts.test_documents import ROOT, tracked

PAGE = ROOT / "docs" / "how-to" / "add-a-field.md"
_STEP = re.compile(
    r"^\d\. \*\*([^*]+)\*\*[^`]*`([^`]+)`[^`]*`(\w+)`:\n\n   ```python\n(.*?)   ```", re.MULTILINE | re.DOTALL
)
_FIELD = "floors"


def steps() -> dict[str, tuple[str, str, str]]:
    """The steps that have code: where it belongs, the class or the new file there, and the code."""
    return {
        name: (place, inside, textwrap.dedent(code)) for name, place, inside, code in _STEP.findall(PAGE.read_text())
    }


def lines_that_name(word: str, root: Path) -> list[str]:
    """The lines of code in which a field is named."""
    code = [path for folder in ("services", "shared", "gateway", "deploy") for path in (root / folder).rglob("*.py")]
    return [line for path in code for line in path.read_text().splitlines() if re.search(rf"\b{word}\b", line)]


def add_to_class(path: Path, name: str, code: str) -> None:
    """Puts code at the end of a class."""
    text = path.read_text()
    (found,) = (one for one in ast.parse(text).body if isinstance(one, ast.ClassDef) and one.name == name)
    lines = text.splitlines(keepends=True)
    assert found.end_lineno is not None
    lines.insert(found.end_lineno, textwrap.indent(code, "    "))
    path.write_text("".join(lines))


def add_migration(folder: Path, name: str, code: str) -> None:
    """Puts a migration behind the newest, whatever number that has by now."""
    newest = max(path.name[:4] for path in folder.glob("0*.py"))
    number = f"{int(newest) + 1:04}"
    code = re.sub(r'^revision = "\d+"', f'revision = "{number}"', code, flags=re.MULTILINE)
    code = re.sub(r'^down_revision = "\d+"', f'down_revision = "{newest}"', code, flags=re.MULTILINE)
    (folder / f"{number}{name[4:]}.py").write_text(code)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The repository with the steps of the page taken."""
    for path in tracked():
        if path.is_file():
            to = tmp_path / path.relative_to(ROOT)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, to)
    taken = steps()
    assert list(taken) == ["The field", "The column", "A test"]
    place, name, code = taken["The field"]
    add_to_class(tmp_path / place, name, code)
    place, name, code = taken["The column"]
    add_migration(tmp_path / place, name, code)
    place, name, code = taken["A test"]
    (tmp_path / place / f"{name}.py").write_text(code)
    return tmp_path


def run(directory: Path, *arguments: str) -> None:
    """Runs a module of Python in the copy, where it must succeed."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=directory, env=surroundings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


@pytest.mark.long
@pytest.mark.timeout(600)
def test_the_steps_of_the_page_are_enough_and_name_the_field_in_two_lines(copy: Path) -> None:
    named = lines_that_name(_FIELD, copy)
    assert len(named) == 2, named
    assert "in two lines of code" in " ".join(PAGE.read_text().split())
    run(copy, "deploy.documents")
    assert _FIELD in (copy / "shared" / "contracts" / "openapi" / "rating.json").read_text()
    run(copy, "pytest", "-q", "tests/services/test_schema.py", f"tests/services/rating/api/test_{_FIELD}.py")


def test_a_field_that_is_there_is_named_in_two_lines() -> None:
    named = lines_that_name("waiting_minutes", ROOT)
    assert len(named) == 2, named
