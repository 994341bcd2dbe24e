"""Owns the audit's tables: entries are only ever added, and sealed one after the other behind the commands.

A seal needs the one before it. Made within the commands, all commands would wait for one another; so an entry is written in
its command's transaction, and a job seals what has been committed, in the order in which it finds it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit.chain import FIRST, link
from shared.database.pages import PageQuery, Sorting, Where, containing, fetch_count, fetch_page
from shared.database.statements import copy_rows, execute, fetch_all, fetch_one, fetch_value
from shared.values.filters import Filter

_LOCK = 8_400_003
_PART = 1_000
_PAGE = 5_000
_LATE_SECONDS = 60
# As text that no setting of a connection changes.
_DOCUMENT = """
    json_build_array(e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), e.subject, e.name, e.operation,
                     e.path, e.feature, e.level, e.status, e.body, e.request_id)::text
"""


@dataclass(frozen=True)
class Done:
    """A command that was carried out. `body` is what `chain.kept_body` keeps."""

    subject: str
    name: str
    operation: str
    path: str
    feature: str
    level: str
    status: int
    body: str | None
    request_id: str


@dataclass(frozen=True)
class Entry(Done):
    id: int
    at: datetime


class EntryFilter(Filter):
    """Which entries a list shows."""

    name: str | None = Field(default=None, description="Who: `DOMAIN\\name`.")
    operation: str | None = Field(default=None, description="For example `POST /v1/exports`.")
    path: str | None = Field(default=None, description="A part of the path.")
    request_id: str | None = Field(default=None, description="As answers, refusals and logs name it.")
    begin: datetime | None = Field(default=None, description="From this moment on.")
    end: datetime | None = Field(default=None, description="Before this moment.")


@dataclass(frozen=True)
class Verdict:
    """How many entries are sealed, the last seal in hexadecimal, and what is wrong: nothing, if all is well."""

    sealed: int
    head: str
    faults: list[str]


@dataclass(frozen=True)
class _Seal:
    position: int
    seal: bytes


@dataclass(frozen=True)
class _Unsealed:
    id: int
    document: str


@dataclass(frozen=True)
class _Sealed:
    position: int
    entry_id: int
    seal: bytes
    document: str | None


async def note(session: AsyncSession, done: Done) -> None:
    """Writes an entry into the transaction of its command."""
    names = ", ".join(vars(done))
    await execute(
        session,
        f"INSERT INTO audit_entry ({names}) VALUES ({', '.join(f':{name}' for name in vars(done))})",
        **vars(done),
    )


async def note_all(session: AsyncSession, done: Sequence[Done]) -> None:
    """Writes many entries at once."""
    await copy_rows(session, "audit_entry", [one.name for one in fields(Done)], done)


async def seal_part(session: AsyncSession) -> bool:
    """Seals the next entries; False when there are none, or another process is sealing."""
    if not await fetch_value(session, "SELECT pg_try_advisory_xact_lock(:lock)", lock=_LOCK):
        return False
    unsealed = await fetch_all(
        session,
        _Unsealed,
        f"""
        SELECT e.id, {_DOCUMENT} AS document FROM audit_unsealed u JOIN audit_entry e ON e.id = u.entry_id
        ORDER BY e.id LIMIT {_PART}
        """,
    )
    if not unsealed:
        return False
    last = await _last_seal(session)
    seals = [last.seal]
    for one in unsealed:
        seals.append(link(seals[-1], one.document))
    ids = [one.id for one in unsealed]
    await execute(
        session,
        """
        INSERT INTO audit_seal (position, entry_id, seal)
        SELECT * FROM unnest(CAST(:positions AS bigint[]), CAST(:ids AS bigint[]), CAST(:seals AS bytea[]))
        """,
        positions=list(range(last.position + 1, last.position + 1 + len(ids))),
        ids=ids,
        seals=seals[1:],
    )
    await execute(session, "DELETE FROM audit_unsealed WHERE entry_id = ANY(CAST(:ids AS bigint[]))", ids=ids)
    return True


async def verify(session: AsyncSession, expected: tuple[int, str] | None = None) -> Verdict:
    """Follows the chain from its beginning.

    `expected` is a position and its seal in hexadecimal as they were noted elsewhere: an end that was cut off leaves a
    chain that is sound, and only who remembers it sees that it is shorter.
    """
    faults: list[str] = []
    last = _Seal(0, FIRST)
    remembered = expected is None
    while page := await _page_after(session, last.position):
        for one in page:
            if one.position != last.position + 1:
                faults.append(f"position {last.position + 1} is missing")
            if one.document is None:
                faults.append(f"position {one.position}: entry {one.entry_id} is gone")
            elif link(last.seal, one.document) != one.seal:
                faults.append(
                    f"position {one.position}: entry {one.entry_id} is not what was sealed, or the seal before"
                )
            last = _Seal(one.position, one.seal)
            remembered |= (one.position, one.seal.hex()) == expected
    if not remembered and expected is not None:
        faults.append(f"position {expected[0]} does not have the seal {expected[1]}")
    faults += await _unsealed_too_long(session)
    return Verdict(last.position, last.seal.hex(), faults)


async def _last_seal(session: AsyncSession) -> _Seal:
    found = await fetch_one(session, _Seal, "SELECT position, seal FROM audit_seal ORDER BY position DESC LIMIT 1")
    return found or _Seal(0, FIRST)


async def _page_after(session: AsyncSession, position: int) -> list[_Sealed]:
    return await fetch_all(
        session,
        _Sealed,
        f"""
        SELECT s.position, s.entry_id, s.seal, CASE WHEN e.id IS NOT NULL THEN {_DOCUMENT} END AS document
        FROM audit_seal s LEFT JOIN audit_entry e ON e.id = s.entry_id
        WHERE s.position > :position ORDER BY s.position LIMIT {_PAGE}
        """,
        position=position,
    )


async def _unsealed_too_long(session: AsyncSession) -> list[str]:
    count: int = await fetch_value(
        session,
        """
        SELECT count(*) FROM audit_entry e WHERE e.at < now() - make_interval(secs => :late)
        AND NOT EXISTS (SELECT FROM audit_seal s WHERE s.entry_id = e.id)
        """,
        late=_LATE_SECONDS,
    )
    return [f"{count} entries older than {_LATE_SECONDS} s have no seal"] if count else []


async def list_entries(
    session: AsyncSession, wanted: EntryFilter, query: PageQuery
) -> tuple[list[Entry], str | None, int]:
    """One page of what was done, the newest first unless sorted otherwise, and how many entries fit."""
    where = (
        Where()
        .add("e.name = :name", name=wanted.name)
        .add("e.operation = :operation", operation=wanted.operation)
        .add("e.path ILIKE :path", path=containing(wanted.path))
        .add("e.request_id = :request_id", request_id=wanted.request_id)
        .add("e.at >= :begin", begin=wanted.begin)
        .add("e.at < :end", end=wanted.end)
    )
    entries, cursor = await fetch_page(
        session,
        Entry,
        columns="e.id, e.at, e.subject, e.name, e.operation, e.path, e.feature, e.level, e.status, e.body, e.request_id",
        source="audit_entry e",
        where=where,
        sorting=Sorting({"id": ("e.id", "bigint"), "name": ("e.name", "text")}, default="-id", key="e.id"),
        query=query,
    )
    return entries, cursor, await fetch_count(session, "audit_entry e", where)
