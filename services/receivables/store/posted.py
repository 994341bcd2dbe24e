"""Posted transactions as they are brought back into a batch: header, lines and misc. distributions as they are now."""

from collections.abc import Collection
from dataclasses import dataclass, fields

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.entry.entries import MiscRow
from services.receivables.rules.entry.posting import Posted
from services.receivables.rules.posting import EntryLine
from shared.database import fetch_all

_LINE = tuple(one.name for one in fields(EntryLine))
_MISC = tuple(one.name for one in fields(MiscRow))


@dataclass(frozen=True)
class _Head:
    id: int
    version_id: int
    type: str
    ar_account: str
    applies_to_id: int | None
    invoice_number: str


async def read(session: AsyncSession, transaction_ids: Collection[int]) -> dict[int, Posted]:
    """The posted transactions of these ids, each with the lines of its latest change."""
    if not transaction_ids:
        return {}
    heads = await fetch_all(
        session,
        _Head,
        """
        SELECT t.id, coalesce((SELECT max(c.id) FROM ar_transaction c WHERE c.changes_id = t.id), t.id) AS version_id,
               t.type, t.ar_account, t.applies_to_id, t.invoice_number
        FROM ar_transaction t WHERE t.id = ANY(CAST(:ids AS bigint[]))
        """,
        ids=sorted(transaction_ids),
    )
    versions = [one.version_id for one in heads]
    lines: dict[int, list[EntryLine]] = {one: [] for one in versions}
    found = await session.execute(
        text(
            f"""
            SELECT {", ".join(_LINE)} FROM ar_line
            WHERE transaction_id = ANY(CAST(:ids AS bigint[])) AND NOT reverses ORDER BY transaction_id, line
            """
        ),
        {"ids": versions},
    )
    for row in found:
        line = EntryLine(*row)
        lines[line.transaction_id].append(line)
    misc: dict[int, list[MiscRow]] = {one: [] for one in versions}
    rows = await session.execute(
        text(
            f"""
            SELECT transaction_id, {", ".join(_MISC)} FROM ar_misc_distribution
            WHERE transaction_id = ANY(CAST(:ids AS bigint[])) ORDER BY transaction_id, row
            """
        ),
        {"ids": versions},
    )
    for row in rows:
        misc[row[0]].append(MiscRow(*row[1:]))
    return {
        one.id: Posted(
            one.id,
            one.type,
            one.ar_account,
            one.applies_to_id,
            one.invoice_number,
            lines[one.version_id],
            misc[one.version_id],
        )
        for one in heads
    }
