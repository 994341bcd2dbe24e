"""Owns what is done with records: read, listed, entered, changed and imported, with the faults of each row named."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from shared.access.grants import Scope
from shared.database.pages import PageQuery
from shared.errors import DomainError, Fault, Forbidden, NotFound, RecordFaulty, RecordTaken
from shared.files.csv import Numbered, refuse_import
from shared.records import table as store
from shared.records.table import Kept, RecordTable
from shared.values.columns import Record
from shared.values.versions import require_version

RowT = TypeVar("RowT", bound=Record)

Faults = Sequence[tuple[int, str, str]]


async def _no_faults(_session: AsyncSession, _rows: Sequence[Any]) -> Faults:
    return ()


async def _nothing_more(_session: AsyncSession, _rows: Sequence[Any]) -> None:
    """Most records are their row and nothing else."""


async def _nothing_else(_session: AsyncSession, _before: Any, _after: Any) -> None:
    """A change of most records is one of their row."""


def _everywhere(_row: Any) -> Mapping[str, Any]:
    return {}


def _same(before: object | None, row: object, name: str) -> bool:
    return before is not None and getattr(before, name) == getattr(row, name)


@dataclass(frozen=True)
class Records(Generic[RowT]):
    """The records of one table.

    `find_faults` says what is wrong with rows beyond their form, as (index, field, words): above all that they name what
    does not exist or is retired, which a row that named it before may go on doing. `find_contradictions` says in the same
    way what contradicts itself in a row, or others; nothing excuses that.

    `save_more` writes what belongs to rows outside their table, `change_more` what a change does there before that, given
    the row before and after it. `sides_of` gives the AR company and customer by which a caller's limits hold for a row
    that he enters (the arguments of Scope.covers); None where limits do not hold.

    A key that is there already is refused as `taken`, faults as `faulty`, or as what `faulty_fields` says of their fields,
    if it says something of all of them.
    """

    table: RecordTable[RowT]
    find_faults: Callable[[AsyncSession, Sequence[RowT]], Awaitable[Faults]] = _no_faults
    find_contradictions: Callable[[AsyncSession, Sequence[RowT]], Awaitable[Faults]] = _no_faults
    save_more: Callable[[AsyncSession, Sequence[RowT]], Awaitable[None]] = _nothing_more
    change_more: Callable[[AsyncSession, RowT, RowT], Awaitable[None]] = _nothing_else
    sides_of: Callable[[RowT], Mapping[str, Any]] | None = _everywhere
    taken: type[DomainError] = RecordTaken
    faulty: type[DomainError] = RecordFaulty
    faulty_fields: Mapping[str, type[DomainError]] = field(default_factory=dict)

    async def list(
        self, session: AsyncSession, scope: Scope, wanted: Mapping[str, Any], query: PageQuery
    ) -> tuple[list[RowT], str | None, int]:
        return await store.list_rows(session, self.table, scope, wanted, query)

    async def read(self, session: AsyncSession, scope: Scope, key: Sequence[Any], *, lock: bool = False) -> Kept[RowT]:
        """One row with its revision, with `lock` held against other changes; raises NotFound."""
        found = await store.find_row(session, self.table, scope, key, lock=lock)
        if found is None:
            raise NotFound(f"There is no {self.table.words} {self.table.shown_key(key)}.")
        return found

    async def enter(self, session: AsyncSession, scope: Scope, row: RowT) -> tuple[Any, ...]:
        """Adds a row and returns its key; raises RecordTaken, RecordFaulty (or what stands for them), Forbidden."""
        self._require_in_scope(scope, row)
        await self._require_good(session, row)
        key = await store.insert_row(session, self.table, row)
        if key is None:
            shown = self.table.shown_key(self.table.key_of(row))
            raise self.taken(f"There is a {self.table.words} {shown} already.")
        await self.save_more(session, [row])
        return key

    async def change(
        self, session: AsyncSession, scope: Scope, key: Sequence[Any], expected_revision: int, values: Record
    ) -> None:
        """Gives a row the values of a record that has some or all of its fields; its key and what the table keeps stay.

        Raises NotFound, VersionStale, RecordFaulty (or what stands for it), Forbidden.
        """
        kept = await self.read(session, scope, key, lock=True)
        found, shown = kept.row, self.table.shown_key(key)
        require_version(kept.revision, expected_revision, f"The {self.table.words} {shown}")
        row = found.model_copy(update=dict(values))
        self._require_in_scope(scope, row)
        faults = [
            Fault(f"/{name}", f"must stay {getattr(found, name)}")
            for name in (*self.table.keys, *sorted(self.table.kept))
            if getattr(row, name) != getattr(found, name)
        ]
        if faults:
            raise self.faulty(f"This cannot be changed on {self.table.words} {shown}.", faults=faults)
        await self._require_good(session, row, replaces=found)
        await self.change_more(session, found, row)
        await store.update_row(session, self.table, key, row)
        await self.save_more(session, [row])

    async def import_rows(self, session: AsyncSession, scope: Scope, rows: Sequence[Numbered[RowT]]) -> int:
        """Adds rows, or gives known ones new values, all or none; raises ImportRefused that names every faulty row."""
        entries = [one.row for one in rows]
        found = [*await self.find_contradictions(session, entries), *await self._new_faults(session, entries)]
        faults = [rows[index].fault(name, words) for index, name, words in found]
        faults += [
            one.fault(self.table.keys[0], "lies outside what you may edit")
            for one in rows
            if not self._covers(scope, one.row)
        ]
        refuse_import(faults)
        await store.upsert_rows(session, self.table, entries)
        await self.save_more(session, entries)
        return len(rows)

    async def _new_faults(self, session: AsyncSession, rows: Sequence[RowT]) -> Faults:
        """What is wrong with rows of a file, without what known rows had already: an export can be imported again."""
        faults = await self.find_faults(session, rows)
        if not faults or self.table.numbered:
            return faults
        faulty = [rows[index] for index in sorted({index for index, _, _ in faults})]
        known = {self.table.key_of(one): one for one in await store.known_rows(session, self.table, faulty)}
        return [
            (index, name, words)
            for index, name, words in faults
            if not _same(known.get(self.table.key_of(rows[index])), rows[index], name)
        ]

    async def _require_good(self, session: AsyncSession, row: RowT, *, replaces: RowT | None = None) -> None:
        """Raises RecordFaulty; what was retired after a row had taken it up does not make that row faulty."""
        found = [one for one in await self.find_faults(session, [row]) if not _same(replaces, row, one[1])]
        faults = [(name, words) for _, name, words in (*await self.find_contradictions(session, [row]), *found)]
        if faults:
            kinds = [self.faulty_fields.get(name, self.faulty) for name, _ in faults]
            refusal = self.faulty if self.faulty in kinds else kinds[0]
            raise refusal(
                f"This {self.table.words} cannot be saved.", faults=[Fault(f"/{name}", words) for name, words in faults]
            )

    def _covers(self, scope: Scope, row: RowT) -> bool:
        return self.sides_of is None or scope.covers(**self.sides_of(row))

    def _require_in_scope(self, scope: Scope, row: RowT) -> None:
        if not self._covers(scope, row):
            shown = self.table.shown_key(self.table.key_in_file(row))
            raise Forbidden(f"The {self.table.words} {shown} lies outside what you may edit.")
