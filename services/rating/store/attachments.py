"""The rows of files at orders; their contents are in `attachment_contents`."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.attachments import Attachment, MediaType, StoredAttachment, StoredIn
from shared.database.pages import PageQuery, Sorting, Where, fetch_list_count, fetch_page
from shared.database.statements import execute, fetch_all, fetch_one, fetch_value
from shared.values.fields import field_names

_COLUMNS = ", ".join(f"a.{name}" for name in field_names(Attachment))
_SOURCE = "attachment a"
SORTING = Sorting({"id": ("a.id", "bigint")}, default="id", key="a.id")


async def list_attachments(
    session: AsyncSession, order_id: int, query: PageQuery
) -> tuple[list[Attachment], str | None, int | None]:
    """One page of the files of an order, oldest first, the cursor of the next page, and how many there are."""
    where = Where(["a.removed_at IS NULL"]).add("a.work_order_id = :order_id", order_id=order_id)
    found, cursor = await fetch_page(
        session, Attachment, columns=_COLUMNS, source=_SOURCE, where=where, sorting=SORTING, query=query
    )
    return found, cursor, await fetch_list_count(session, _SOURCE, where, query)


async def find(
    session: AsyncSession, order_id: int, attachment_id: int, *, lock: bool = False
) -> StoredAttachment | None:
    """A file of an order, with `lock` locked against other changes; None if it is not there or was removed."""
    return await fetch_one(
        session,
        StoredAttachment,
        f"""
        SELECT {_COLUMNS}, a.stored_in FROM {_SOURCE}
        WHERE a.id = :id AND a.work_order_id = :order_id AND a.removed_at IS NULL {"FOR NO KEY UPDATE" if lock else ""}
        """,
        id=attachment_id,
        order_id=order_id,
    )


async def count(session: AsyncSession, order_id: int) -> int:
    """How many files an order has."""
    found: int = await fetch_value(
        session,
        "SELECT count(*) FROM attachment WHERE work_order_id = :order_id AND removed_at IS NULL",
        order_id=order_id,
    )
    return found


async def find_same(session: AsyncSession, order_id: int, sha256: str) -> str | None:
    """The name of the file of an order with this content, or None."""
    name: str | None = await fetch_value(
        session,
        "SELECT name FROM attachment WHERE work_order_id = :order_id AND sha256 = :sha256 AND removed_at IS NULL",
        order_id=order_id,
        sha256=sha256,
    )
    return name


async def insert(
    session: AsyncSession,
    order_id: int,
    *,
    name: str,
    media_type: MediaType,
    size: int,
    sha256: str,
    travels: bool,
    stored_in: StoredIn,
    uploaded_by: str,
) -> int:
    """Adds a file and returns its id."""
    attachment_id: int = await fetch_value(
        session,
        """
        INSERT INTO attachment (work_order_id, name, media_type, bytes, sha256, travels, stored_in, uploaded_by)
        VALUES (:order_id, :name, :media_type, :size, :sha256, :travels, :stored_in, :uploaded_by) RETURNING id
        """,
        order_id=order_id,
        name=name,
        media_type=media_type,
        size=size,
        sha256=sha256,
        travels=travels,
        stored_in=stored_in,
        uploaded_by=uploaded_by,
    )
    return attachment_id


async def set_travels(session: AsyncSession, attachment_id: int, *, travels: bool) -> None:
    """Sets whether a link to the file goes with the invoice."""
    await execute(
        session,
        "UPDATE attachment SET travels = :travels, revision = revision + 1 WHERE id = :id",
        id=attachment_id,
        travels=travels,
    )


async def remove(session: AsyncSession, attachment_id: int, at: datetime) -> None:
    """Removes a file from its order. It is deleted later."""
    await execute(
        session,
        "UPDATE attachment SET removed_at = :at, revision = revision + 1 WHERE id = :id",
        id=attachment_id,
        at=at,
    )


async def list_removed(
    session: AsyncSession, before: datetime, places: Sequence[StoredIn], limit: int
) -> list[StoredAttachment]:
    """At most `limit` files in these places that were removed before a moment, the longest removed first."""
    return await fetch_all(
        session,
        StoredAttachment,
        f"""
        SELECT {_COLUMNS}, a.stored_in FROM {_SOURCE}
        WHERE a.removed_at < :before AND a.stored_in = ANY(CAST(:places AS text[])) ORDER BY a.removed_at LIMIT :limit
        """,
        before=before,
        places=list(places),
        limit=limit,
    )


async def delete(session: AsyncSession, attachment_ids: list[int]) -> None:
    """Deletes removed files, with the contents that are in the database."""
    await execute(
        session,
        "DELETE FROM attachment WHERE id = ANY(CAST(:ids AS bigint[])) AND removed_at IS NOT NULL",
        ids=attachment_ids,
    )
