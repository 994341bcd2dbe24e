"""What an import changes, record by record, as a check shows it before anything is saved."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from shared.files.csv import shown_cell
from shared.values.fields import COMPLETE

MOST_SHOWN = 200
"""The changes that are shown in detail; the others are counted."""
_LONGEST_SHOWN = 500
ChangeKind = Literal["created", "changed"]


@dataclass(frozen=True)
class ValueChange:
    """A column of a record, and its value before and after, as they look in a file; an empty text is no value."""

    __pydantic_config__ = COMPLETE

    column: str
    old: str
    new: str


@dataclass(frozen=True)
class RecordChange:
    """A record that an import creates or changes; `line` is its first line in the file."""

    __pydantic_config__ = COMPLETE

    line: int
    record: str
    change: ChangeKind
    values: list[ValueChange]


@dataclass(frozen=True)
class FileWarning:
    """Something to look at in a file that was not refused for it; `pointer` is the first place in the file."""

    __pydantic_config__ = COMPLETE

    pointer: str
    code: str
    detail: str


@dataclass
class Outcome:
    """What an import did: how many records it created and changed, and how many were already as in the file.

    `shown` has the first changes in detail, `warnings` everything that should be looked at, by line.
    """

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    shown: list[RecordChange] = field(default_factory=list)
    warnings: Sequence[FileWarning] = ()

    @property
    def made(self) -> int:
        return self.created + self.changed

    def create(self, line: int, record: object, after: object, names: Iterable[str]) -> None:
        """Counts a new record; only its values that are not empty are shown."""
        self.created += 1
        if len(self.shown) < MOST_SHOWN:
            values = [ValueChange(name, "", new) for name in names if (new := as_in_file(getattr(after, name)))]
            self.shown.append(RecordChange(line, str(record), "created", values))

    def change(self, line: int, record: object, differing: Mapping[str, tuple[Any, Any]], *, new: bool = False) -> None:
        """Counts a record by its differing values, old and new; a known record without any is unchanged."""
        if not differing and not new:
            self.unchanged += 1
            return
        self.created += new
        self.changed += not new
        if len(self.shown) < MOST_SHOWN:
            values = [ValueChange(name, as_in_file(old), as_in_file(new)) for name, (old, new) in differing.items()]
            self.shown.append(RecordChange(line, str(record), "created" if new else "changed", values))


def differing_values(before: object, after: object, names: Collection[str]) -> dict[str, tuple[Any, Any]]:
    """The values of the given names that differ, old and new. A list compares like its text in a file."""
    found = {name: (getattr(before, name), getattr(after, name)) for name in names}
    return {name: (old, new) for name, (old, new) in found.items() if old != new and _plain(old) != _plain(new)}


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def as_in_file(value: object) -> str:
    """A value as it looks in a cell of a file; a long one is cut."""
    shown = shown_cell(value)
    text = "" if shown is None else str(shown)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
