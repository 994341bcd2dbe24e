"""The folders of the console: pages of one part of the suite know nothing of the others, and parts know nothing of pages."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
_IMPORT = re.compile(r"""(?:from|import)\s*\(?\s*"(\.[^"]+)\"""")
_BELOW = ("parts", "text", "api", "theme")
"""What every folder may import; each of them may import those after it."""
_MAY_IMPORT = {
    "api": (),
    "theme": (),
    "text": (),
    "parts": ("api", "text", "theme"),
    # Who is logged in and the frame of all pages; the dialog for that is a page of security.
    "frame": (*_BELOW, "security"),
    "gallery": (*_BELOW, "frame"),
    "home": (*_BELOW, "frame"),
    "rating": (*_BELOW, "frame"),
    "receivables": (*_BELOW, "frame"),
    "security": (*_BELOW, "frame"),
    "operations": (*_BELOW, "frame"),
    "master": (*_BELOW, "frame"),
}
_MOST_LINES = 300


def find(root: Path = ROOT) -> Iterator[str]:
    """Yields a sentence for each import that goes the wrong way, each style in a page, and each file that is too long."""
    source = root / "gateway" / "console" / "src"
    for path in sorted((*source.rglob("*.ts"), *source.rglob("*.tsx"))):
        place = path.relative_to(source)
        if place.name == "schema.d.ts":
            continue
        text = path.read_text()
        shown = path.relative_to(root)
        if text.count("\n") > _MOST_LINES:
            yield f"{shown} has more than {_MOST_LINES} lines. Split it by what its parts are about."
        if len(place.parts) == 1:
            continue
        folder = place.parts[0]
        if folder not in _MAY_IMPORT:
            yield f"{shown}: nobody has decided what {folder} may import. Say it in deploy/checks/console.py."
            continue
        for target in _IMPORT.findall(text):
            other = (path.parent / target).resolve().relative_to(source.resolve()).parts[0]
            if other != folder and other not in _MAY_IMPORT[folder]:
                yield f"{shown} imports {target}, but {folder} must not know {other}."
        if folder != "parts" and re.search(r"\bstyle=", text):
            yield f"{shown} sets a style. Looks belong to the parts and the theme."
