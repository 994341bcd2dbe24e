"""Saving entries with what was done with them: their history."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.entries.entries import Entry, EntryHead
from services.receivables.store.entries import rows
from shared.audit import history
from shared.audit.changes import HistoryStep, changes_between
from shared.audit.history import Noted
from shared.database.pages import PageQuery
from shared.values.fields import parts_of

_KIND = "batch_entry"
_KEPT_BESIDE = ("revision", "changed_by", "changed_at")


def _shown(entry: Entry) -> dict[str, Any]:
    return {**parts_of(entry.header, EntryHead), "lines": entry.lines, "misc_distributions": entry.misc}


async def write(session: AsyncSession, batch_id: int, entries: Sequence[Entry], action: str) -> None:
    """Adds entries to a batch; `action` is how they got there, such as `created` or `imported`."""
    await rows.write(session, batch_id, entries)
    await history.note(session, _KIND, [Noted(history.key_of(batch_id, entry.seq), action) for entry in entries])


async def replace(session: AsyncSession, batch_id: int, before: Entry, after: Entry) -> None:
    """Replaces an entry with its changed version."""
    await rows.replace(session, batch_id, after)
    known_by = {"lines": ("line",), "misc_distributions": ("row",)}
    changes = changes_between(_shown(before), _shown(after), parts=known_by, without=_KEPT_BESIDE)
    await history.note_one(session, _KIND, history.key_of(batch_id, after.seq), "changed", changes)


async def list_history(
    session: AsyncSession, batch_id: int, seq: int, query: PageQuery
) -> tuple[list[HistoryStep], str | None, int | None]:
    """One page of what was done with an entry, newest first, the cursor of the next page, and the number of steps."""
    return await history.list_steps(session, _KIND, history.key_of(batch_id, seq), query)
