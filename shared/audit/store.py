"""The tables of the audit: commands add entries, a job seals them one after the other.

Each seal needs the one before it. If commands sealed their own entries, they would all wait for one another. So a
command writes its entry in its own transaction, and a job seals committed entries in the order in which it finds them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit.chain import FIRST, link
from shared.database.pages import PageQuery, Sorting, Where, containing, fetch_list_count, fetch_page
from shared.database.statements import copy_rows, execute, fetch_all, fetch_one, fetch_value
from shared.values.dates import Moment
from shared.values.filters import Filter
from shared.values.numbers import counted

_LOCK = 8_400_003
_PART = 1_000
_PAGE = 5_000
_LATE_SECONDS = 60
# The text must not depend on any setting of the connection, or the seals would not match.
_DOCUMENT = """
    json_build_array(e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), e.subject, e.name, e.operation,
                     e.path, e.feature, e.level, e.status, e.body, e.request_id)::text
"""


@dataclass(frozen=True)
class Done:
    """A command that was carried out; `body` comes from `chain.kept_body`."""

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
    """One entry of the audit."""

    id: int
    at: datetime


class EntryFilter(Filter):
    """The filters of the audit's list."""

    name: str | None = Field(default=None, description="The account, `DOMAIN\\name`.")
    operation: str | None = Field(default=None, description="For example `POST /v1/exports`.")
    path: str | None = Field(default=None, description="Part of the path.")
    request_id: str | None = Field(default=None, description="The request id, as in the response and the logs.")
    begin: Moment | None = Field(default=None, description="Earliest time, inclusive.")
    end: Moment | None = Field(default=None, description="Latest time, exclusive.")


@dataclass(frozen=True)
class Verdict:
    """The result of checking the chain: the number of sealed entries, the last seal in hexadecimal, and all faults.

    Entries up to position `trusted` were checked before and not again.
    """

    sealed: int
    head: str
    faults: list[str]
    trusted: int = 0


@dataclass(frozen=True)
class _Seal:
    position: int
    seal: bytes


@dataclass(frozen=True)
class _Checkpoint(_Seal):
    verified_at: datetime


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
    """Adds an entry in the transaction of its command."""
    names = ", ".join(vars(done))
    await execute(
        session,
        f"INSERT INTO audit_entry ({names}) VALUES ({', '.join(f':{name}' for name in vars(done))})",
        **vars(done),
    )


async def note_all(session: AsyncSession, done: Sequence[Done]) -> None:
    """Adds many entries at once."""
    await copy_rows(session, "audit_entry", [field.name for field in fields(Done)], done)


async def seal_part(session: AsyncSession) -> bool:
    """Seals the next entries; returns False if there is nothing to seal or another process is sealing."""
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
    for entry in unsealed:
        seals.append(link(seals[-1], entry.document))
    ids = [entry.id for entry in unsealed]
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


async def verify(session: AsyncSession, expected: tuple[int, str] | None = None, *, full: bool = False) -> Verdict:
    """Checks the chain from where it was checked last, or from its beginning with `full`. Without a fault, it remembers.

    What it remembers is a position and its seal, which must still be there. `expected` is one that was noted elsewhere:
    someone who can change the database could change both the chain and what it remembers.
    """
    faults: list[str] = []
    known = await _last_checkpoint(session)
    if known is not None and await _seal_at(session, known.position) != known.seal:
        faults.append(
            f"position {known.position} no longer has the seal that it had when it was checked on "
            f"{known.verified_at:%Y-%m-%d %H:%M} UTC"
        )
        known = None
    begin = None if full else known
    last = _Seal(0, FIRST) if begin is None else begin
    while page := await _page_after(session, last.position):
        for entry in page:
            if entry.position != last.position + 1:
                faults.append(f"position {last.position + 1} is missing")
            if entry.document is None:
                faults.append(f"position {entry.position}: entry {entry.entry_id} is gone")
            elif link(last.seal, entry.document) != entry.seal:
                faults.append(
                    f"position {entry.position}: entry {entry.entry_id} or the seal before it was changed after sealing"
                )
            last = _Seal(entry.position, entry.seal)
    noted = None if expected is None else await _seal_at(session, expected[0])
    if expected is not None and (noted is None or noted.hex() != expected[1]):
        faults.append(f"position {expected[0]} does not have the seal {expected[1]}")
    faults += await _unsealed_too_long(session, None if begin is None else begin.verified_at)
    if not faults:
        await _save_checkpoint(session, last)
    return Verdict(last.position, last.seal.hex(), faults, 0 if begin is None else begin.position)


@dataclass(frozen=True)
class ChainState:
    """How far the chain goes: the number of sealed entries, and the last seal in hexadecimal.

    `unsealed` entries wait for their seal. Up to position `checked` the chain was checked last, at `checked_at`.
    """

    sealed: int
    head: str
    unsealed: int
    checked: int
    checked_at: datetime | None


async def read_chain(session: AsyncSession) -> ChainState:
    """How far the chain is sealed and was checked; it is not checked now."""
    last, known = await _last_seal(session), await _last_checkpoint(session)
    unsealed: int = await fetch_value(session, "SELECT count(*) FROM audit_unsealed")
    checked, checked_at = (0, None) if known is None else (known.position, known.verified_at)
    return ChainState(last.position, last.seal.hex(), unsealed, checked, checked_at)


async def _last_checkpoint(session: AsyncSession) -> _Checkpoint | None:
    return await fetch_one(
        session,
        _Checkpoint,
        "SELECT position, seal, verified_at FROM audit_checkpoint ORDER BY position DESC LIMIT 1",
    )


async def _save_checkpoint(session: AsyncSession, seal: _Seal) -> None:
    if seal.position > 0:
        await execute(
            session,
            """
            INSERT INTO audit_checkpoint (position, seal) VALUES (:position, :seal)
            ON CONFLICT (position) DO NOTHING
            """,
            position=seal.position,
            seal=seal.seal,
        )


async def _seal_at(session: AsyncSession, position: int) -> bytes | None:
    seal: bytes | None = await fetch_value(
        session, "SELECT seal FROM audit_seal WHERE position = :position", position=position
    )
    return seal


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


async def _unsealed_too_long(session: AsyncSession, verified_at: datetime | None) -> list[str]:
    """The entries that should have a seal: all, or those since a day before the last check."""
    count: int = await fetch_value(
        session,
        """
        SELECT count(*) FROM audit_entry e
        WHERE e.at < now() - make_interval(secs => :late)
          AND e.at >= coalesce(CAST(:verified_at AS timestamptz) - interval '1 day', '-infinity')
          AND NOT EXISTS (SELECT FROM audit_seal s WHERE s.entry_id = e.id)
        """,
        late=_LATE_SECONDS,
        verified_at=verified_at,
    )
    if not count:
        return []
    return [f"{counted(count, 'entry', 'entries')} older than {_LATE_SECONDS} s without a seal"]


SORTING = Sorting({"id": ("e.id", "bigint"), "name": ("e.name", "text")}, default="-id", key="e.id")


async def list_entries(
    session: AsyncSession, wanted: EntryFilter, query: PageQuery
) -> tuple[list[Entry], str | None, int | None]:
    """One page of the entries, newest first unless sorted otherwise, and how many match."""
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
        sorting=SORTING,
        query=query,
    )
    return entries, cursor, await fetch_list_count(session, "audit_entry e", where, query)
