"""The rows of entries, their lines and miscellaneous distributions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.entries.entries import Entry, EntryFilter, EntryItem, Header, MiscRow
from services.receivables.rules.entries.line_facts import BatchLine
from shared.database.pages import PageQuery, Sorting, Where, fetch_list_count, fetch_page
from shared.database.statements import copy_rows, execute, fetch_all, fetch_value, fetch_values

PartT = TypeVar("PartT")
_ADDED = {"customer", "revision", "posted", "changed_by", "changed_at"}
_KEPT = tuple(field.name for field in fields(Header) if field.name not in _ADDED)
_HEADER = ", ".join(
    "c.number AS customer" if field.name == "customer" else f"e.{field.name}" for field in fields(Header)
)
_OF_ENTRY = "{0}.batch_id = e.batch_id AND {0}.seq = e.seq"
_FINDINGS = f"(SELECT count(*) FROM batch_finding f WHERE {_OF_ENTRY.format('f')} AND f.severity = '{{0}}')"
_LINES = f"(SELECT {{0}} FROM batch_line l WHERE {_OF_ENTRY.format('l')})"
_ELSEWHERE = {
    "customer": "c.number",
    "customer_name": "c.name",
    "total": _LINES.format("coalesce(sum(l.amount), 0.00)"),
    "lines": _LINES.format("count(*)"),
    "errors": _FINDINGS.format("error"),
    "warnings": _FINDINGS.format("warning"),
}
_ITEM = ", ".join(f"{_ELSEWHERE.get(field.name, f'e.{field.name}')} AS {field.name}" for field in fields(EntryItem))
_LINE = tuple(field.name for field in fields(BatchLine))
_MISC = tuple(field.name for field in fields(MiscRow))
_SOURCE = "batch_entry e JOIN customer c ON c.id = e.customer_id"


@dataclass(frozen=True)
class _Part:
    """A line or a miscellaneous distribution, with the seq of its entry."""

    seq: int
    part: BatchLine | MiscRow


async def write(session: AsyncSession, batch_id: int, entries: Sequence[Entry]) -> None:
    """Adds entries with their lines and miscellaneous distributions, with one COPY for each table."""
    await copy_rows(session, "batch_entry", _KEPT, [entry.header for entry in entries], batch_id=batch_id)
    await _write_parts(session, batch_id, entries)


async def _write_parts(session: AsyncSession, batch_id: int, entries: Sequence[Entry]) -> None:
    lines = [_Part(entry.seq, line) for entry in entries for line in entry.lines]
    misc = [_Part(entry.seq, row) for entry in entries for row in entry.misc]
    for table, names, parts in (("batch_line", _LINE, lines), ("batch_misc_distribution", _MISC, misc)):
        await copy_rows(session, table, ("seq", *(f"part.{name}" for name in names)), parts, batch_id=batch_id)


async def read(session: AsyncSession, batch_id: int, *, seqs: Sequence[int] | None = None) -> list[Entry]:
    """The entries of a batch, or only those with `seqs`, by seq and in three statements for any number."""
    parameters = {"batch_id": batch_id, "seqs": None if seqs is None else list(seqs)}
    condition = "(CAST(:seqs AS int[]) IS NULL OR {0}.seq = ANY(CAST(:seqs AS int[])))"
    headers = await fetch_all(
        session,
        Header,
        f"""
        SELECT {_HEADER} FROM {_SOURCE}
        WHERE e.batch_id = :batch_id AND {condition.format("e")} ORDER BY e.seq
        """,
        **parameters,
    )
    lines = await _read_parts(session, BatchLine, "batch_line", (*_LINE,), "line", parameters)
    misc = await _read_parts(session, MiscRow, "batch_misc_distribution", _MISC, "row", parameters)
    return [Entry(header, lines[header.seq], misc[header.seq]) for header in headers]


async def _read_parts(
    session: AsyncSession,
    kind: type[PartT],
    table: str,
    names: Sequence[str],
    order: str,
    parameters: Mapping[str, object],
) -> defaultdict[int, list[PartT]]:
    result = await session.execute(
        text(
            f"""
            SELECT x.seq, {", ".join(f"x.{name}" for name in names)} FROM {table} x
            WHERE x.batch_id = :batch_id AND (CAST(:seqs AS int[]) IS NULL OR x.seq = ANY(CAST(:seqs AS int[])))
            ORDER BY x.seq, x.{order}
            """
        ),
        {"batch_id": parameters["batch_id"], "seqs": parameters["seqs"]},
    )
    parts: defaultdict[int, list[PartT]] = defaultdict(list)
    for row in result:
        parts[row[0]].append(kind(*row[1:]))
    return parts


async def replace(session: AsyncSession, batch_id: int, entry: Entry) -> None:
    """Replaces an entry with its changed version. Its revision grows."""
    names = [name for name in _KEPT if name not in {"seq", "entered_by"}]
    changes = ", ".join(f"{name} = :{name}" for name in names)
    await execute(
        session,
        f"UPDATE batch_entry SET {changes}, revision = revision + 1 WHERE batch_id = :batch_id AND seq = :seq",
        batch_id=batch_id,
        seq=entry.seq,
        **{name: getattr(entry.header, name) for name in names},
    )
    for table in ("batch_line", "batch_misc_distribution"):
        await execute(
            session, f"DELETE FROM {table} WHERE batch_id = :batch_id AND seq = :seq", batch_id=batch_id, seq=entry.seq
        )
    await _write_parts(session, batch_id, [entry])


async def remove(session: AsyncSession, batch_id: int, seq: int | None = None) -> None:
    """Removes one unposted entry, or all of a batch, and releases the transactions that they changed or deleted."""
    await execute(
        session,
        "DELETE FROM batch_entry WHERE batch_id = :batch_id AND (CAST(:seq AS int) IS NULL OR seq = :seq) AND NOT posted",
        batch_id=batch_id,
        seq=seq,
    )


async def mark_posted(session: AsyncSession, batch_id: int, seqs: Sequence[int]) -> None:
    """Marks entries as posted."""
    await execute(
        session,
        "UPDATE batch_entry SET posted = true WHERE batch_id = :batch_id AND seq = ANY(CAST(:seqs AS int[]))",
        batch_id=batch_id,
        seqs=list(seqs),
    )


async def unposted_seqs(session: AsyncSession, batch_id: int, limit: int) -> list[int]:
    """The next seqs of a batch that are not posted yet, at most `limit`, lowest first."""
    found: list[int] = await fetch_values(
        session,
        "SELECT seq FROM batch_entry WHERE batch_id = :batch_id AND NOT posted ORDER BY seq LIMIT :limit",
        batch_id=batch_id,
        limit=limit,
    )
    return found


async def anything_posted(session: AsyncSession, batch_id: int) -> bool:
    """Whether any entry of the batch is posted."""
    found: bool = await fetch_value(
        session, "SELECT EXISTS (SELECT FROM batch_entry WHERE batch_id = :id AND posted)", id=batch_id
    )
    return found


SORTING = Sorting(
    {"seq": ("e.seq", "int"), "customer": ("c.number", "text")}, default="seq", key="CAST(e.seq AS bigint)"
)


async def list_items(
    session: AsyncSession, batch_id: int, filters: EntryFilter, query: PageQuery
) -> tuple[list[EntryItem], str | None, int | None]:
    """One page of the entries of a batch without their lines, the cursor of the next page, and how many match."""
    where = (
        Where()
        .add("e.batch_id = :batch_id", batch_id=batch_id)
        .add("lower(c.number) = lower(:customer)", customer=filters.customer)
        .one_of("e.type", "type", filters.type)
        .add(
            f"EXISTS (SELECT FROM batch_finding f WHERE {_OF_ENTRY.format('f')} AND f.severity = :severity)",
            severity=filters.severity,
        )
        .add(
            f"EXISTS (SELECT FROM batch_finding f WHERE {_OF_ENTRY.format('f')} AND f.rule = :rule)", rule=filters.rule
        )
    )
    rows, cursor = await fetch_page(
        session,
        EntryItem,
        columns=_ITEM,
        source=_SOURCE,
        where=where,
        sorting=SORTING,
        query=query,
    )
    return rows, cursor, await fetch_list_count(session, _SOURCE, where, query)
