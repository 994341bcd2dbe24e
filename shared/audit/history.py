"""The table of changes of records: each is added in the transaction that makes it, and none is ever changed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit.changes import FieldChange, HistoryStep
from shared.database.pages import PageQuery, Sorting, Where, fetch_list_count, fetch_page
from shared.database.statements import execute

_SORTING = Sorting({"id": ("c.id", "bigint")}, default="-id", key="c.id")
_SOURCE = "record_change c"


@dataclass(frozen=True)
class Noted:
    """What was done with a record. The database knows who did it and when."""

    key: str
    action: str
    changes: Sequence[FieldChange] = ()
    note: str = ""
    link: str | None = None


def key_of(*parts: object) -> str:
    """The key of a record as text, with its parts as in a path: 1 and `NET 30` → `1/NET%2030`."""
    return "/".join(quote(str(part), safe="") for part in parts)


async def note(session: AsyncSession, kind: str, noted: Sequence[Noted]) -> None:
    """Adds changes of records of a kind, in one statement; a change without a difference is left out."""
    found = [one for one in noted if one.action != "changed" or one.changes]
    if not found:
        return
    await execute(
        session,
        """
        INSERT INTO record_change (kind, key, action, changes, note, link)
        SELECT :kind, key, action, CAST(changes AS jsonb), note, link
        FROM unnest(CAST(:keys AS text[]), CAST(:actions AS text[]), CAST(:changes AS text[]), CAST(:notes AS text[]),
                    CAST(:links AS text[])) AS noted (key, action, changes, note, link)
        """,
        kind=kind,
        keys=[one.key for one in found],
        actions=[one.action for one in found],
        changes=[json.dumps([change.model_dump(by_alias=True) for change in one.changes]) for one in found],
        notes=[one.note for one in found],
        links=[one.link for one in found],
    )


async def note_one(
    session: AsyncSession,
    kind: str,
    key: str,
    action: str,
    changes: Sequence[FieldChange] = (),
    *,
    reason: str = "",
    link: str | None = None,
) -> None:
    """Adds one change of a record."""
    await note(session, kind, [Noted(key, action, changes, reason, link)])


async def list_steps(
    session: AsyncSession, kind: str, key: str, query: PageQuery
) -> tuple[list[HistoryStep], str | None, int | None]:
    """One page of the history of a record, newest first, the cursor of the next page, and how many steps it has."""
    where = Where().add("c.kind = :kind AND c.key = :key", kind=kind, key=key)
    steps, cursor = await fetch_page(
        session,
        HistoryStep,
        columns='c.at, c."by", c.action, c.changes, c.note, c.link',
        source=_SOURCE,
        where=where,
        sorting=_SORTING,
        query=query,
    )
    found = [HistoryStep.model_validate(dict(step)) for step in steps]
    return found, cursor, await fetch_list_count(session, _SOURCE, where, query)


_PLACE = "lpad(CAST(h.rank AS text), 2, '0') || lpad(CAST(h.seq AS text), 19, '0')"
_BY_TIME = Sorting({"at": ("h.at", "timestamptz")}, default="-at", key=_PLACE, key_type="text")


async def list_gathered(
    session: AsyncSession, steps: str, query: PageQuery, **parameters: object
) -> tuple[list[HistoryStep], str | None, int | None]:
    """One page of a history that is gathered from other tables, newest first, as `list_steps` answers it.

    `steps` is a SELECT of one record's steps, with the fields of a step, and `rank` and `seq`, which order steps of the same
    moment.
    """
    source, where = f"({steps}) AS h", Where(parameters=dict(parameters))
    found, cursor = await fetch_page(
        session,
        HistoryStep,
        columns="h.at, h.by, h.action, h.changes, h.note, h.link",
        source=source,
        where=where,
        sorting=_BY_TIME,
        query=query,
    )
    shown = [HistoryStep.model_validate(dict(step)) for step in found]
    return shown, cursor, await fetch_list_count(session, source, where, query)
