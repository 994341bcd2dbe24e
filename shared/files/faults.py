"""The faults of a file: the first places with all their detail, the others counted by kind."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from shared.errors import Fault, ImportRefused
from shared.values.numbers import counted

MOST_FAULTS = 200
"""The faults that are named; the others are counted."""
_MOST_KINDS = 50
_OTHERS = "other"
_LINE = re.compile(r"line (\d+)")


class Faults:
    """The faults of a file, from all its checks: those of the first lines, and how many others there are by kind."""

    def __init__(self) -> None:
        self.count = 0
        self._first: list[Fault] = []
        self._others: Counter[str] = Counter()

    def add(self, fault: Fault) -> None:
        self.count += 1
        self._first.append(fault)
        if len(self._first) > 2 * MOST_FAULTS:
            self._cut()

    def extend(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.add(fault)

    def refuse(self) -> None:
        """Raises ImportRefused if there are any faults: the first 200 are named, the others counted by kind."""
        if not self.count:
            return
        self._cut()
        detail = f"Nothing was imported: the file has {counted(self.count, 'error')}"
        if self.count == len(self._first):
            raise ImportRefused(f"{detail}.", faults=self._first)
        detail += f"; the first {MOST_FAULTS} are listed, and {self.count - MOST_FAULTS:,} more are counted by kind in `more`."
        raise ImportRefused(detail, faults=self._first, members={"more": kinds_of(self._others)})

    def _cut(self) -> None:
        self._first.sort(key=_line_of)
        self._others.update(fault.shown_kind for fault in self._first[MOST_FAULTS:])
        del self._first[MOST_FAULTS:]


def kinds_of(counts: Counter[str]) -> list[dict[str, object]]:
    """The kinds of faults with their numbers, the most frequent first; very many kinds end in one of all others."""
    named = counts.most_common(_MOST_KINDS)
    rest = counts.total() - sum(count for _, count in named)
    kinds: list[dict[str, object]] = [{"kind": kind, "count": count} for kind, count in named]
    return [*kinds, {"kind": _OTHERS, "count": rest}] if rest else kinds


def first_and_others(faults: Sequence[Fault]) -> tuple[Sequence[Fault], dict[str, object]]:
    """The first faults of a body in their order, and the others by kind as a member of the problem."""
    if len(faults) <= MOST_FAULTS:
        return faults, {}
    return faults[:MOST_FAULTS], {"more": kinds_of(Counter(fault.shown_kind for fault in faults[MOST_FAULTS:]))}


def _line_of(fault: Fault) -> int:
    found = _LINE.match(fault.pointer)
    return int(found[1]) if found else 0
