"""The use cases of records: list, read, enter, change and import them, and report the faults of each row."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from shared.access.grants import Scope
from shared.database.pages import PageQuery
from shared.errors import Fault, Forbidden, NotFound, RecordFaulty, RecordTaken
from shared.files.csv import Numbered, refuse_import
from shared.records import table as store
from shared.records.table import Kept, RecordTable
from shared.values.columns import Record
from shared.values.text import sentence_case
from shared.values.versions import require_version

RowT = TypeVar("RowT", bound=Record)

Faults = Sequence[tuple[int, str, str]]


async def _no_faults(_session: AsyncSession, _rows: Sequence[Any]) -> Faults:
    return ()


async def _nothing_more(_session: AsyncSession, _rows: Sequence[Any]) -> None:
    """Saves nothing: most records consist of their row only."""


def _everywhere(_row: Any) -> Mapping[str, Any]:
    return {}


def _same(before: object | None, row: object, name: str) -> bool:
    return before is not None and getattr(before, name) == getattr(row, name)


@dataclass(frozen=True)
class Records(Generic[RowT]):
    """The records of one table.

    `find_faults` checks what the types of the fields cannot, and returns faults as (index, field, sentence).
    `save_more` saves what belongs to the rows in other tables. `sides_of` returns the AR company and customer of a row,
    which the caller's limits must cover (the arguments of Scope.covers).
    """

    table: RecordTable[RowT]
    find_faults: Callable[[AsyncSession, Sequence[RowT]], Awaitable[Faults]] = _no_faults
    save_more: Callable[[AsyncSession, Sequence[RowT]], Awaitable[None]] = _nothing_more
    sides_of: Callable[[RowT], Mapping[str, Any]] = _everywhere

    async def list(
        self, session: AsyncSession, scope: Scope, wanted: Mapping[str, Any], query: PageQuery
    ) -> tuple[list[RowT], str | None, int]:
        return await store.list_rows(session, self.table, scope, wanted, query)

    async def read(self, session: AsyncSession, scope: Scope, key: Sequence[Any], *, lock: bool = False) -> Kept[RowT]:
        """Returns a row with its revision; `lock` blocks other changes to it. Raises NotFound."""
        found = await store.find_row(session, self.table, scope, key, lock=lock)
        if found is None:
            raise NotFound(f"There is no {self.table.words} {self.table.shown_key(key)}.")
        return found

    async def enter(self, session: AsyncSession, scope: Scope, row: RowT) -> None:
        """Adds a row; raises RecordTaken, RecordFaulty or Forbidden."""
        self._require_in_scope(scope, row)
        await self._require_good(session, row)
        if not await store.insert_row(session, self.table, row):
            shown = self.table.shown_key(self.table.key_of(row))
            raise RecordTaken(
                f"{sentence_case(self.table.words)} {shown} already exists. Change it, or choose another key."
            )
        await self.save_more(session, [row])

    async def change(
        self, session: AsyncSession, scope: Scope, key: Sequence[Any], expected_revision: int, row: RowT
    ) -> None:
        """Replaces the values of a row, except its key and the columns that the table keeps.

        Raises NotFound, VersionStale, RecordFaulty or Forbidden.
        """
        kept = await self.read(session, scope, key, lock=True)
        found, shown = kept.row, self.table.shown_key(key)
        require_version(kept.revision, expected_revision, f"{sentence_case(self.table.words)} {shown}")
        self._require_in_scope(scope, row)
        faults = [
            Fault(f"/{name}", f"cannot be changed from {getattr(found, name)}")
            for name in (*self.table.keys, *sorted(self.table.kept))
            if getattr(row, name) != getattr(found, name)
        ]
        if faults:
            what = "This field" if len(faults) == 1 else "These fields"
            raise RecordFaulty(f"{what} of {self.table.words} {shown} cannot be changed; see `errors`.", faults=faults)
        await self._require_good(session, row, replaces=found)
        await self._write(session, [row])

    async def import_rows(self, session: AsyncSession, scope: Scope, rows: Sequence[Numbered[RowT]]) -> int:
        """Adds new rows and updates existing ones, all or none; raises ImportRefused with every fault in the file."""
        faults = [rows[index].fault(name, words) for index, name, words in await self._new_faults(session, rows)]
        faults += [
            numbered.fault(self.table.keys[0], "is outside what you may edit")
            for numbered in rows
            if not scope.covers(**self.sides_of(numbered.row))
        ]
        refuse_import(faults)
        await self._write(session, [numbered.row for numbered in rows])
        return len(rows)

    async def _new_faults(self, session: AsyncSession, rows: Sequence[Numbered[RowT]]) -> Faults:
        """The faults of the rows of a file, except those that the stored row already has.

        Otherwise an export could not always be imported again.
        """
        faults = await self.find_faults(session, [numbered.row for numbered in rows])
        if not faults:
            return ()
        faulty = [rows[index].row for index in sorted({index for index, _, _ in faults})]
        known = {self.table.key_of(row): row for row in await store.known_rows(session, self.table, faulty)}
        return [
            (index, name, words)
            for index, name, words in faults
            if not _same(known.get(self.table.key_of(rows[index].row)), rows[index].row, name)
        ]

    async def _require_good(self, session: AsyncSession, row: RowT, *, replaces: RowT | None = None) -> None:
        """Raises RecordFaulty. A row may keep a value that was retired after the row began to use it."""
        faults = [
            Fault(f"/{name}", words)
            for _, name, words in await self.find_faults(session, [row])
            if not _same(replaces, row, name)
        ]
        if faults:
            raise RecordFaulty(f"This {self.table.words} cannot be saved; see `errors`.", faults=faults)

    async def _write(self, session: AsyncSession, rows: Sequence[RowT]) -> None:
        await store.upsert_rows(session, self.table, rows)
        await self.save_more(session, rows)

    def _require_in_scope(self, scope: Scope, row: RowT) -> None:
        if not scope.covers(**self.sides_of(row)):
            shown = self.table.shown_key(self.table.key_of(row))
            raise Forbidden(f"{sentence_case(self.table.words)} {shown} is outside what you may edit.")
