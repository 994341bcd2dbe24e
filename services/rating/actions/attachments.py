"""The use cases of files at orders: affidavits, photographs, receipts."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions.work_orders import find_order
from services.rating.errors import AlreadyAttached, AttachmentRefused, AttachmentUnavailable
from services.rating.rules.attachments import (
    KEPT_DAYS,
    Attachment,
    SentFile,
    StoredAttachment,
    StoredIn,
    clean_name,
    media_type_of,
    require_room,
)
from services.rating.rules.work_orders import EDITABLE, WorkOrder, require_editable
from services.rating.store import attachments, work_orders
from services.rating.store.attachment_contents import ContentKey, contents_in
from shared.access.grants import Scope
from shared.audit import history
from shared.audit.changes import FieldChange, changes_between
from shared.database.pages import PageQuery
from shared.errors import NotFound
from shared.files import opening
from shared.values.fields import parts_of
from shared.values.versions import require_version


async def list_attachments(
    session: AsyncSession, scope: Scope, order_id: int, query: PageQuery
) -> tuple[list[Attachment], str | None, int | None]:
    """One page of the files of an order, the cursor of the next page, and how many there are; raises NotFound."""
    await find_order(session, scope, order_id)
    return await attachments.list_attachments(session, order_id, query)


async def read_attachment(session: AsyncSession, scope: Scope, order_id: int, attachment_id: int) -> Attachment:
    """One file of an order without its content; raises NotFound."""
    await find_order(session, scope, order_id)
    return _shown(await _find(session, order_id, attachment_id))


async def read_content(
    session: AsyncSession, scope: Scope, order_id: int, attachment_id: int, directory: Path | None
) -> tuple[Attachment, bytes]:
    """One file of an order with its content; raises NotFound or AttachmentUnavailable."""
    await find_order(session, scope, order_id)
    found = await _find(session, order_id, attachment_id)
    contents = contents_in(session, directory, found.stored_in)
    content = None if contents is None else await contents.read(ContentKey(found.id, found.sha256))
    if content is None or hashlib.sha256(content).hexdigest() != found.sha256:
        raise AttachmentUnavailable(f"The content of {found.name} is missing or damaged. Ask an administrator.")
    return _shown(found), content


async def open_file(name: str, content: bytes) -> SentFile:
    """A file that was sent, when it can be attached; raises AttachmentRefused.

    It may take seconds and needs no transaction.
    """
    cleaned = clean_name(name)
    media_type = media_type_of(content, cleaned)
    fault = await opening.find_fault(content, media_type)
    if fault is not None:
        raise AttachmentRefused(f"{cleaned} {fault}. Save it again and send the new file.")
    return SentFile(cleaned, media_type, content, hashlib.sha256(content).hexdigest())


async def attach(
    session: AsyncSession,
    scope: Scope,
    order_id: int,
    file: SentFile,
    *,
    travels: bool,
    directory: Path | None,
    uploaded_by: str,
) -> int:
    """Attaches a file to an order and returns its id.

    Raises NotFound, AttachmentRefused or AlreadyAttached, and LockedUseCredit for one that goes with the invoice of an
    order that is being exported, is exported or is closed.
    """
    # Locked, so that two uploads at once do not exceed the limit.
    order = await find_order(session, scope, order_id, lock=True)
    if travels:
        await _require_not_on_its_way(session, order)
    require_room(await attachments.count(session, order_id), order.number)
    same = await attachments.find_same(session, order_id, file.sha256)
    if same is not None:
        raise AlreadyAttached(f"Work order {order.number} has this file already, as {same}.")
    contents = contents_in(session, directory)
    assert contents is not None
    attachment_id = await attachments.insert(
        session,
        order_id,
        name=file.name,
        media_type=file.media_type,
        size=len(file.content),
        sha256=file.sha256,
        travels=travels,
        stored_in=contents.place,
        uploaded_by=uploaded_by,
    )
    await contents.write(ContentKey(attachment_id, file.sha256), file.content)
    await _note(session, order_id, "file_attached", file.name)
    return attachment_id


async def change(
    session: AsyncSession, scope: Scope, order_id: int, attachment_id: int, expected_revision: int, *, travels: bool
) -> None:
    """Sets whether a link to the file goes with the invoice; raises NotFound, VersionStale or LockedUseCredit."""
    order = await find_order(session, scope, order_id, lock=True)
    before = await _find(session, order_id, attachment_id, lock=True)
    require_version(before.revision, expected_revision, before.name)
    if before.travels == travels:
        return
    await _require_not_on_its_way(session, order)
    await attachments.set_travels(session, attachment_id, travels=travels)
    differing = changes_between({"travels": before.travels}, {"travels": travels})
    await _note(session, order_id, "file_changed", before.name, differing)


async def remove(
    session: AsyncSession, scope: Scope, order_id: int, attachment_id: int, expected_revision: int, now: datetime
) -> None:
    """Removes a file from an order; raises NotFound or VersionStale, and LockedUseCredit if it went with the invoice."""
    order = await find_order(session, scope, order_id, lock=True)
    found = await _find(session, order_id, attachment_id, lock=True)
    require_version(found.revision, expected_revision, found.name)
    if found.travels:
        await _require_not_on_its_way(session, order)
    await attachments.remove(session, attachment_id, now)
    await _note(session, order_id, "file_removed", found.name)


async def delete_removed(session: AsyncSession, directory: Path | None, now: datetime, limit: int) -> int:
    """Deletes at most `limit` files that were removed long ago, and returns how many.

    Files in a directory that is not set any more are left for when it is set again.
    """
    places: list[StoredIn] = ["database"] if directory is None else ["database", "directory"]
    removed = await attachments.list_removed(session, now - timedelta(days=KEPT_DAYS), places, limit)
    for file in removed:
        contents = contents_in(session, directory, file.stored_in)
        assert contents is not None
        await contents.delete(ContentKey(file.id, file.sha256))
    if removed:
        await attachments.delete(session, [file.id for file in removed])
    return len(removed)


async def _find(session: AsyncSession, order_id: int, attachment_id: int, *, lock: bool = False) -> StoredAttachment:
    found = await attachments.find(session, order_id, attachment_id, lock=lock)
    if found is None:
        raise NotFound(f"Work order {order_id} has no attachment {attachment_id}.")
    return found


def _shown(found: StoredAttachment) -> Attachment:
    return Attachment(**parts_of(found, Attachment))


async def _require_not_on_its_way(session: AsyncSession, order: WorkOrder) -> None:
    if order.status not in EDITABLE:
        require_editable(order, await work_orders.whereabouts(session, order.id))


async def _note(
    session: AsyncSession, order_id: int, action: str, name: str, changes: list[FieldChange] | None = None
) -> None:
    await history.note(session, "work_order", [history.Noted(history.key_of(order_id), action, changes or (), name)])
