"""Plain English: nothing that people read contains the words to avoid in docs/wording.md."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = "docs/wording.md"
_READ = ("*.py", "*.md", "*.toml", "*.conf", "*.yaml", "*.typ", "*.sql", "*.ts", "*.mjs", "Makefile")
_LEFT_OUT = re.compile(
    r"docs/wording\.md|deploy/checks/wording\.py|tests/deploy/test_checks\.py|.*/migrations/versions/.*"
)


def words_to_avoid(page: str) -> dict[str, str]:
    """The table under "Words to avoid" on the page: each word, and what to write instead."""
    table = page.partition("## Words to avoid")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    return {word.strip(): instead for avoid, instead in rows[2:] for word in avoid.split(",")}


def find_in(name: str, text: str, avoid: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each of the words in a text."""
    # Capitals only at the beginning: `is None` is Python, and no word of ours.
    either = (f"(?i:{re.escape(word[0])}){re.escape(word[1:])}" for word in avoid)
    pattern = re.compile(rf"\b(?:{'|'.join(either)})\b")
    for number, line in enumerate(text.splitlines(), start=1):
        for found in pattern.finditer(line):
            yield f'{name}:{number}: "{found[0]}": write {avoid[found[0].lower()]} ({PAGE}).'


def find(root: Path = ROOT) -> Iterator[str]:
    """Yields a sentence for each of the words in the files that people read."""
    avoid = words_to_avoid((root / PAGE).read_text())
    listed = subprocess.run(["git", "ls-files", *_READ], cwd=root, capture_output=True, text=True, check=True)  # noqa: S607
    for name in listed.stdout.split():
        # Git still lists a file that was moved and not added yet.
        if not _LEFT_OUT.fullmatch(name) and (root / name).exists():
            yield from find_in(name, (root / name).read_text(), avoid)
