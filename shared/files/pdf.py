"""PDF: typst templates filled with data and rendered in worker processes."""

import json
import math
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
import anyio.to_process

from shared.errors import DocumentFailed
from shared.files import fonts

if TYPE_CHECKING:
    import typst

T = TypeVar("T")
DRAWING_SECONDS = 30.0
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# The services' templates import what they have in common from /shared/files/templates.
_ROOT = str(Path(__file__).parents[2])
_SHARED = "shared/files/templates"
_NO_PACKAGES = "/nonexistent"
_NO_PROXY = "http://127.0.0.1:9"
_UPLOADED = "__typst_py_bytes__.typ"
_SEARCHED = re.compile(r" \(searched at [^)]*\)")
_PLACE = re.compile(r"┌─ .*?([^/\\\s]+):(\d+):\d+")
# A document of single texts, to find those that cannot be shown.
_SAMPLE = b'#set document(title: "Sample")\n#for text in json(bytes(sys.inputs.data)) [#text \\ ]'
_MOST_SAMPLES = 400
_MOST_NAMED = 20
_MOST_TRIES = 5
_NAMED = re.compile(r'the text `"(.*)"` could not', re.DOTALL)
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


@dataclass(frozen=True)
class Drawn:
    """A PDF. `replaced` names the characters that no font has, such as `U+1F600, U+1F9D1`: it shows � instead."""

    content: bytes
    replaced: str = ""


async def render_pdf(template: Path | str, data: Mapping[str, object], at: datetime) -> Drawn:
    """Renders `template` with `data`, which it reads as JSON, so that users' text is never markup.

    Text instead of a path is a template that somebody uploaded: it sees the shared templates and no other file. The same data and time give the same bytes on every machine. A worker process does it, so that other requests need
    not wait. Characters that cannot be shown are replaced. Raises DocumentFailed.
    """
    made = await _in_worker(partial(draw, *_arguments(template, data, at)))
    if isinstance(made, str):
        raise DocumentFailed(_sentence(made))
    return made


async def find_faulty(template: Path | str, data: Mapping[str, object], key: str, at: datetime) -> dict[int, str]:
    """Which items of the list `data[key]` cannot be drawn alone, and why, by their index. Raises DocumentFailed."""
    found = await _in_worker(partial(try_each, key, *_arguments(template, data, at)))
    return {index: _sentence(failure) for index, failure in found.items()}


def _sentence(failure: str) -> str:
    return f"The document cannot be drawn: {failure.rstrip('.')}."


def _arguments(template: Path | str, data: Mapping[str, object], at: datetime) -> tuple[str | bytes, str, float, str]:
    named = str(template) if isinstance(template, Path) else template.encode()
    return named, json.dumps(data, default=str), at.timestamp(), fonts.font_directory()


async def _in_worker(work: Callable[[], T]) -> T:
    """Runs `work` in a worker process, which is ended when it takes too long or the caller leaves."""
    async with anyio.to_process.current_default_process_limiter():
        try:
            # The time begins with the work, not while other work is waited for.
            with anyio.fail_after(DRAWING_SECONDS):
                return await anyio.to_process.run_sync(work, cancellable=True, limiter=anyio.CapacityLimiter(math.inf))
        except TimeoutError:
            detail = f"The document was not ready after {DRAWING_SECONDS:.0f} s. Choose less at once."
        except anyio.BrokenWorkerProcess:
            detail = "The process that draws documents ended. Try again, or choose less at once."
    raise DocumentFailed(detail, passing=True)


def draw(template: str | bytes, data: str, at: float, font_directory: str) -> Drawn | str:
    """Renders one template, given by its path or as text, or says why it cannot; runs in a worker process. `at` is in seconds since 1970."""
    made = _compile(template, data, at, font_directory)
    if isinstance(made, bytes):
        return Drawn(made)
    facts = json.loads(data)
    rest = {character for text in _texts(facts) for character in text if not " " <= character <= "~"}
    gone = _undrawable(sorted(rest), font_directory)
    replaced: set[str] = set()
    for tries_left in reversed(range(_MOST_TRIES)):
        replaced |= gone
        rest -= gone
        facts = _replace(facts, dict.fromkeys(map(ord, gone), REPLACEMENT))
        made = _compile(template, json.dumps(facts), at, font_directory)
        if isinstance(made, bytes):
            return Drawn(made, _named(replaced))
        # Characters that can be shown alone but not beside each other; in the end, all that is not plain text.
        gone = rest & _text_of(made) if tries_left > 1 else set()
        gone = gone or set(rest)
        if not gone:
            break
    return made


def try_each(key: str, template: str | bytes, data: str, at: float, font_directory: str) -> dict[int, str]:
    """Draws a document for each item of the list `key`; runs in a worker process."""
    facts = json.loads(data)
    faulty: dict[int, str] = {}
    for index, item in enumerate(facts[key]):
        made = draw(template, json.dumps({**facts, key: [item]}), at, font_directory)
        if isinstance(made, str):
            faulty[index] = made
    return faulty


@cache
def _fonts(directory: str) -> "typst.Fonts":
    import typst

    return typst.Fonts(include_system_fonts=False, font_paths=fonts.font_paths(directory))


@cache
def _sandbox(directory: str) -> str:
    """A folder of this worker process with a copy of the shared templates, which is all that an uploaded one can read.

    It can get nothing from the network either: packages would be downloaded through a proxy that nobody runs.
    """
    folder = Path(directory) / f"sandbox-{os.getpid()}"
    shutil.copytree(Path(_ROOT, _SHARED), folder / _SHARED, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        os.environ[name] = os.environ[name.upper()] = _NO_PROXY
    for name in ("no_proxy", "NO_PROXY"):
        os.environ.pop(name, None)
    return str(folder)


def _compile(template: Any, data: str, at: float, font_directory: str) -> bytes | str:
    """The PDF, or why it cannot be drawn."""
    import typst

    root = _sandbox(font_directory) if isinstance(template, bytes) else _ROOT
    try:
        made: bytes = typst.compile(
            template,
            root=root,
            package_path=_NO_PACKAGES,
            package_cache_path=_NO_PACKAGES,
            font_paths=_fonts(font_directory),
            sys_inputs={"data": data},
            format="pdf",
            timestamp=int(at),
            pdf_standards=["a-2a", "ua-1"],
        )
    except typst.TypstError as error:
        return f"{_SEARCHED.sub('', str(error))}{_place_of(error)}" if isinstance(template, bytes) else str(error)
    except BaseException as error:
        # Some texts make typst panic, which Python sees as an exception beside `Exception` that cannot be pickled.
        if isinstance(error, (Exception, KeyboardInterrupt, SystemExit)):
            raise
        return f"typst failed: {error}"
    return made


def _place_of(error: "typst.TypstError") -> str:
    """The line of an uploaded template that an error is about, or that of a shared one with its name."""
    found = _PLACE.search(error.diagnostic or "")
    if found is None:
        return ""
    return f" (line {found[2]})" if found[1] == _UPLOADED else f" ({found[1]}, line {found[2]})"


def _undrawable(characters: Sequence[str], font_directory: str) -> set[str]:
    """The characters that cannot be shown, found by halving.

    After 400 samples, what is not known to be drawable counts as undrawable, so that no text takes forever.
    """
    left = _MOST_SAMPLES
    waiting, found = [characters], set[str]()
    while waiting:
        part = waiting.pop()
        left -= 1
        if left > 0 and isinstance(_compile(_SAMPLE, json.dumps(part), 0, font_directory), bytes):
            continue
        if left > 0 and len(part) > 1:
            half = len(part) // 2
            waiting += [part[half:], part[:half]]
        else:
            found.update(part)
    return found


def _text_of(failure: str) -> set[str]:
    """The characters of the text that typst names as impossible to show."""
    named = _NAMED.search(failure)
    return set(_ESCAPED.sub(lambda code: chr(int(code[1], 16)), named[1])) if named else set()


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for item in value:
                if not isinstance(item, int):
                    yield from _texts(item)
        case dict():
            for item in value.values():
                yield from _texts(item)


def _replace(value: Any, table: Mapping[int, str]) -> Any:
    match value:
        case str():
            return value.translate(table)
        case list():
            return value if value and isinstance(value[0], int) else [_replace(item, table) for item in value]
        case dict():
            return {key: _replace(item, table) for key, item in value.items()}
        case _:
            return value


def _named(characters: Iterable[str]) -> str:
    codes = [f"U+{ord(character):04X}" for character in sorted(characters)]
    return ", ".join(codes[:_MOST_NAMED]) + (
        f" and {len(codes) - _MOST_NAMED:,} more" if len(codes) > _MOST_NAMED else ""
    )
