"""Every `make` target and every `ratebook` command that a page names within a sentence exists, with its options."""

import argparse
import re
import shlex
from pathlib import Path

from deploy.command.arguments import parser

ROOT = Path(__file__).parents[2]
PAGES = "\n".join(page.read_text() for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def unknown_word(command: str) -> str | None:
    """The first word of a command that its parser does not know, other than values."""
    at: argparse.ArgumentParser | None = parser()
    for word in shlex.split(command)[1:]:
        assert at is not None
        below = next((one for one in at._actions if isinstance(one, argparse._SubParsersAction)), None)
        if word.startswith("--"):
            if word not in at._option_string_actions:
                return word
        elif below is not None:
            if word not in below.choices:
                return word
            at = below.choices[word]
    return None


def test_every_target_of_make_exists() -> None:
    named = set(re.findall(r"`make ([a-z-]+)", PAGES))
    assert len(named) > 10
    assert named - TARGETS == set()


def test_every_command_exists_with_its_options() -> None:
    named = set(re.findall(r"`(?:\.venv/bin/)?(ratebook [^`]+)`", PAGES))
    assert len(named) > 20
    assert {command: word for command in sorted(named) if (word := unknown_word(command)) is not None} == {}
    for wrong, word in (
        ("ratebook reconcle", "reconcle"),
        ("ratebook migrate --soon", "--soon"),
        ("ratebook keys turn", "turn"),
    ):
        assert unknown_word(wrong) == word
