"""The use cases of records: list, read, enter, change and import them, and report the faults of each row."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from shared.access.grants import Scope
from shared.audit import history
from shared.audit.changes import HistoryStep, changes_between
from shared.audit.history import Noted
from shared.database.pages import PageQuery
from shared.errors import DomainError, Fault, Forbidden, NotFound, RecordFaulty, RecordTaken
from shared.files.changes import Outcome, differing_values
from shared.files.csv import ROWS_IN_ONE_GO, TableFile
from shared.process.background import in_turns
from shared.records import table as store
from shared.records.table import Kept, RecordTable
from shared.values.columns import Record
from shared.values.fields import field_names, maker
from shared.values.names import fold
from shared.values.partly import PartlyRead
from shared.values.text import sentence_case, shown_key
from shared.values.versions import require_version

RowT = TypeVar("RowT", bound=Record)

Faults = Sequence[tuple[int, str, str]]


async def _no_faults(_session: AsyncSession, _rows: Sequence[Any]) -> Faults:
    return ()


async def _nothing_more(_session: AsyncSession, _rows: Sequence[Any]) -> None:
    """Saves nothing: most records consist of their row only."""


async def _nothing_else(_session: AsyncSession, _before: Any, _after: Any) -> None:
    """Changes nothing else: most records consist of their row only."""


async def _as_typed(_session: AsyncSession, rows: Sequence[Any]) -> Sequence[Any]:
    """The rows as they are: most records name others by codes, which have one spelling."""
    return rows


def _everywhere(_row: Any) -> Mapping[str, Any]:
    return {}


def _only(row: object, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _same(before: object | None, row: object, name: str) -> bool:
    return before is not None and not differing_values(before, row, [name])


@dataclass(frozen=True)
class Records(Generic[RowT]):
    """The records of one table.

    `find_faults` checks what the types of the fields cannot, above all that a row names only what exists and is not
    retired, and returns faults as (index, field, sentence). A stored row may keep a value that was retired later.
    `find_contradictions` returns faults in the same form that no stored row may have either: values of a row that
    contradict each other, or other rows. `compared` are the fields that it cannot do without.

    `spelled` returns rows with the names of other records as these are spelled: `s1001` becomes `S1001`.

    `save_more` saves what belongs to the rows in other tables; `change_more` does before that what a change means
    there, given the row before and after it. `sides_of` returns the AR company and customer of a row, which the
    caller's limits must cover (the arguments of Scope.covers); None if limits do not apply.

    `grows` are the fields with several values to which an import adds some, without removing any.

    `taken` is the error for a key that exists, `faulty` the one for faults. If every faulty field has an error of its
    own in `faulty_fields`, the first of those is raised instead.
    """

    table: RecordTable[RowT]
    find_faults: Callable[[AsyncSession, Sequence[RowT]], Awaitable[Faults]] = _no_faults
    find_contradictions: Callable[[AsyncSession, Sequence[RowT]], Awaitable[Faults]] = _no_faults
    compared: Collection[str] = ()
    spelled: Callable[[AsyncSession, Sequence[RowT]], Awaitable[Sequence[RowT]]] = _as_typed
    save_more: Callable[[AsyncSession, Sequence[RowT]], Awaitable[None]] = _nothing_more
    change_more: Callable[[AsyncSession, RowT, RowT], Awaitable[None]] = _nothing_else
    sides_of: Callable[[RowT], Mapping[str, Any]] | None = _everywhere
    grows: Collection[str] = ()
    taken: type[DomainError] = RecordTaken
    faulty: type[DomainError] = RecordFaulty
    faulty_fields: Mapping[str, type[DomainError]] = field(default_factory=dict)

    async def list_history(
        self, session: AsyncSession, scope: Scope, key: Sequence[Any], query: PageQuery
    ) -> tuple[list[HistoryStep], str | None, int | None]:
        """One page of what was done with a row, newest first, the next cursor, and the number of steps; raises NotFound."""
        found = await self.read(session, scope, key)
        place = history.key_of(*self.table.key_of(found.row))
        return await history.list_steps(session, self.table.name, place, query)

    async def list(
        self, session: AsyncSession, scope: Scope, wanted: Mapping[str, Any], query: PageQuery
    ) -> tuple[list[RowT], str | None, int | None]:
        return await store.list_rows(session, self.table, scope, wanted, query)

    async def read(self, session: AsyncSession, scope: Scope, key: Sequence[Any], *, lock: bool = False) -> Kept[RowT]:
        """Returns a row with its revision; `lock` blocks other changes to it. Raises NotFound."""
        found = await self.look_up(session, scope, key, lock=lock)
        if found is None:
            raise NotFound(f"There is no {self.table.words} {shown_key(tuple(key))}.")
        return found

    async def look_up(
        self, session: AsyncSession, scope: Scope, key: Sequence[Any], *, lock: bool = False
    ) -> Kept[RowT] | None:
        """Returns a row with its revision, or None; a key in another spelling finds its row, too."""
        found = await store.find_row(session, self.table, scope, key, lock=lock)
        if found is None and self.table.spelled_freely:
            named = maker(self.table.entered, self.table.keys)(dict(zip(self.table.keys, key, strict=True)))
            known = await store.known_rows(session, self.table, await self.spelled(session, [named]), lock=lock)
            if known:
                found = await store.find_row(session, self.table, scope, self.table.key_of(known[0]), lock=lock)
        return found

    async def enter(self, session: AsyncSession, scope: Scope, row: RowT) -> tuple[Any, ...]:
        """Adds a row and returns its key; raises Forbidden, or the record's errors for a taken key and for faults."""
        (row,) = await self.spelled(session, [row])
        self._require_in_scope(scope, row)
        await self._require_good(session, row)
        key = await store.insert_row(session, self.table, row)
        if key is None:
            taken = await store.known_rows(session, self.table, [row])
            shown = shown_key(self.table.key_of(taken[0] if taken else row))
            raise self.taken(
                f"{sentence_case(self.table.words)} {shown} already exists. Change it, or choose another key."
            )
        await self.save_more(session, [row])
        await history.note_one(session, self.table.name, history.key_of(*key), "created")
        return key

    async def change(
        self, session: AsyncSession, scope: Scope, key: Sequence[Any], expected_revision: int, values: Record
    ) -> None:
        """Replaces the given values of a row; `values` has some or all of its fields.

        The key and the columns that the table keeps cannot change. Raises NotFound, VersionStale, Forbidden, or the
        record's error for faults.
        """
        kept = await self.read(session, scope, key, lock=True)
        found, key = kept.row, self.table.key_of(kept.row)
        shown = shown_key(key)
        require_version(kept.revision, expected_revision, f"{sentence_case(self.table.words)} {shown}")
        given, name = dict(values), self.table.folded
        if name in given and fold(given[name]) == fold(getattr(found, name)):
            given[name] = getattr(found, name)
        (row,) = await self.spelled(session, [found.model_copy(update=given)])
        self._require_in_scope(scope, row)
        faults = [
            Fault(f"/{name}", f"cannot be changed from {getattr(found, name)}")
            for name in (*self.table.keys, *sorted(self.table.kept))
            if getattr(row, name) != getattr(found, name)
        ]
        if faults:
            what = "This field" if len(faults) == 1 else "These fields"
            raise self.faulty(f"{what} of {self.table.words} {shown} cannot be changed; see `errors`.", faults=faults)
        await self._require_good(session, row, replaces=found)
        await self.change_more(session, found, row)
        await store.update_row(session, self.table, key, row)
        await self.save_more(session, [row])
        await self._note(session, [(found, row)])

    async def _note(self, session: AsyncSession, pairs: Sequence[tuple[RowT | None, RowT]]) -> None:
        """Keeps what rows were before and are now; what gets its key from the database is only imported as new."""
        if self.table.numbered and any(before is None for before, _ in pairs):
            return
        names = [*self.table.changeable, *self.grows]
        noted = [
            Noted(
                history.key_of(*self.table.key_of(row)),
                "imported" if before is None else "changed",
                () if before is None else changes_between(_only(before, names), _only(row, names)),
            )
            for before, row in pairs
        ]
        await history.note(session, self.table.name, noted)

    async def import_rows(self, session: AsyncSession, scope: Scope, file: TableFile[RowT]) -> Outcome:
        """Adds new rows and updates existing ones, all or none; raises ImportRefused with every fault in the file.

        A known row keeps what it has in the columns that the file leaves out.
        """
        entered = await self.spelled(session, [numbered.row for numbered in file.all_rows])
        known = await self._known(session, entered)
        filled = [self._filled(known.get(self._key_in(row)), row, file.columns) for row in entered]
        rows = filled[: len(file.rows)]
        found = [*await self.find_contradictions(session, rows), *await self._new_faults(session, filled, known)]
        found += [
            (index, self.table.keys[0], "is outside what you may edit")
            for index, row in enumerate(rows)
            if not self._covers(scope, row) or not self._covers(scope, known.get(self._key_in(row), row))
        ]
        file.refuse((file.all_rows[index], name, words) for index, name, words in found)
        before = [known.get(self._key_in(row)) for row in rows]
        outcome, differing = await _compare(self, file, rows, before)
        async for part in in_turns(differing, ROWS_IN_ONE_GO):
            await store.upsert_rows(session, self.table, [row for _, row in part], file.columns)
            await self._note(session, part)
        await self.save_more(session, [row for _, row in differing])
        return outcome

    def _key_in(self, row: RowT) -> tuple[Any, ...] | None:
        return None if self.table.numbered else self.table.key_of(row)

    async def _known(self, session: AsyncSession, rows: Sequence[RowT]) -> Mapping[tuple[Any, ...] | None, RowT]:
        """The stored rows that the file names, by key; an import never changes rows with assigned keys."""
        known: dict[tuple[Any, ...] | None, RowT] = {}
        if not self.table.numbered:
            async for part in in_turns(rows, ROWS_IN_ONE_GO):
                found = await store.known_rows(session, self.table, part)
                known.update((self.table.key_of(row), row) for row in found)
                if self.table.folded is not None:
                    known.update(_in_other_spellings(self.table, part, known))
        return known

    def _filled(self, before: RowT | None, row: RowT, columns: Collection[str]) -> RowT:
        """The row as it will be: what the file leaves out, or cannot change, stays as it was before."""
        if before is None:
            return row
        given = {name: getattr(row, name) for name in self.table.changeable if name in columns}
        for name in self.grows:
            had = list(getattr(before, name))
            given[name] = [*had, *(value for value in getattr(row, name) if value not in had)]
        return before.model_copy(update=given)

    async def _new_faults(
        self, session: AsyncSession, rows: Sequence[RowT], known: Mapping[tuple[Any, ...] | None, RowT]
    ) -> Faults:
        """The faults of the rows of a file, except those that the stored row already has.

        Otherwise an export could not always be imported again.
        """
        return [
            (index, name, words)
            for index, name, words in await self.find_faults(session, rows)
            if not _same(known.get(self._key_in(rows[index])), rows[index], name)
        ]

    async def find_unknown(self, session: AsyncSession, read: PartlyRead) -> Sequence[tuple[str, str]]:
        """The faults of a row that is invalid in other fields, by JSON pointer; a change has the stored row as facts."""
        before: RowT | None = read.facts
        typed: RowT = read.value if before is None else before.model_copy(update=dict(read.value))
        (row,) = await self.spelled(session, [typed])
        found = [fault for fault in await self.find_faults(session, [row]) if not _same(before, row, fault[1])]
        if all(read.is_valid(f"/{name}") for name in self.compared):
            found = [*await self.find_contradictions(session, [row]), *found]
        return [(f"/{name}", words) for _, name, words in found]

    async def _require_good(self, session: AsyncSession, row: RowT, *, replaces: RowT | None = None) -> None:
        """Raises the record's error for faults. A row may keep a value that was retired after the row began to use it."""
        found = [fault for fault in await self.find_faults(session, [row]) if not _same(replaces, row, fault[1])]
        faults = [(name, words) for _, name, words in (*await self.find_contradictions(session, [row]), *found)]
        if faults:
            kinds = [self.faulty_fields.get(name, self.faulty) for name, _ in faults]
            refusal = self.faulty if self.faulty in kinds else kinds[0]
            raise refusal(
                f"This {self.table.words} cannot be saved; see `errors`.",
                faults=[Fault(f"/{name}", words) for name, words in faults],
            )

    def _covers(self, scope: Scope, row: RowT) -> bool:
        return self.sides_of is None or scope.covers(**self.sides_of(row))

    def _require_in_scope(self, scope: Scope, row: RowT) -> None:
        if not self._covers(scope, row):
            shown = self.table.shown_key_of(row)
            raise Forbidden(f"{sentence_case(self.table.words)} {shown} is outside what you may edit.")


def _in_other_spellings(
    table: RecordTable[RowT], rows: Sequence[RowT], known: Mapping[tuple[Any, ...] | None, RowT]
) -> dict[tuple[Any, ...], RowT]:
    """The stored rows that the rows of a file name in another spelling, by the key in the file."""
    folded = {table.key_in_file(row): row for row in known.values()}
    found: dict[tuple[Any, ...], RowT] = {}
    for row in rows:
        key = table.key_of(row)
        if None not in key and key not in known and (stored := folded.get(table.key_in_file(row))) is not None:
            found[key] = stored
    return found


async def _compare(
    records: Records[RowT], file: TableFile[RowT], rows: Sequence[RowT], before: Sequence[RowT | None]
) -> tuple[Outcome, list[tuple[RowT | None, RowT]]]:
    """What a file changes, given each row as it will be and as it was, and the rows that are new or differ."""
    outcome = Outcome()
    differing: list[tuple[RowT | None, RowT]] = []
    names = [*records.table.changeable, *records.grows]
    async for part in in_turns(range(len(rows)), ROWS_IN_ONE_GO):
        for index in part:
            row, known, line, made = rows[index], before[index], file.rows[index].line, outcome.made
            shown = records.table.shown_key_of(row)
            if known is None:
                outcome.create(line, shown, row, field_names(records.table.entered))
            else:
                outcome.change(line, shown, differing_values(known, row, names))
            if outcome.made > made:
                differing.append((known, row))
    return outcome, differing
