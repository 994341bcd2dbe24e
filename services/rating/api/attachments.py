"""Files at orders over HTTP."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Query, Request, Response

from services.rating.actions import attachments
from services.rating.api.dependencies import CHANGING
from services.rating.errors import AlreadyAttached, AttachmentRefused, AttachmentUnavailable, LockedUseCredit
from services.rating.rules.attachments import MOST_BYTES, Attachment, SentFile, is_shown_in_place
from services.rating.schemas.attachments import AttachmentChange
from services.rating.settings import Settings
from shared.access import declared
from shared.access.grants import Level
from shared.clock import now
from shared.errors import NotFound
from shared.http.callers import CallerOf
from shared.http.etag import ExpectedVersion, Tagged, tagged
from shared.http.files import whole_file
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("work-orders")
VIEW = declared.feature("rating.attachments", Level.VIEW)
EDIT = declared.feature("rating.attachments", Level.EDIT)
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FILES: dict[str, Any] = dict.fromkeys(("application/pdf", "image/png", "image/jpeg"), _BINARY)
_HEADERS = {
    # A browser neither guesses another kind nor runs what might be in the file.
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "cache-control": "private, no-store",
}


def _directory(request: Request) -> Path | None:
    settings: Settings = request.app.state.settings
    return settings.attachments_directory


Directory = Annotated[Path | None, Depends(_directory)]


async def _file(
    request: Request,
    name: Annotated[str, Query(max_length=1_000, description="The name of the file, such as `affidavit.pdf`.")],
) -> SentFile:
    """The file in the body. It is opened here, before the transaction begins."""
    content = await whole_file(request, MOST_BYTES)
    if content is None or len(content) > MOST_BYTES:
        raise AttachmentRefused(f"The file is larger than {MOST_BYTES // 2**20} MiB. Make it smaller.")
    return await attachments.open_file(name, content)


File = Annotated[SentFile, Depends(_file)]


@router.get("/{work_order_id}/attachments", access=VIEW, refuses=[NotFound])
async def list_attachments(
    work_order_id: Id, page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[Attachment, Count]:
    """The files at an order, oldest first."""
    found, cursor, count = await attachments.list_attachments(session, caller.scope, work_order_id, page)
    return Page(items=found, next_cursor=cursor, totals=Count.of(count))


@router.post(
    "/{work_order_id}/attachments",
    access=EDIT,
    status_code=201,
    refuses=[NotFound, AttachmentRefused, AlreadyAttached, LockedUseCredit],
    openapi_extra={"requestBody": {"required": True, "content": _FILES}},
    file=True,
)
async def attach_file(
    work_order_id: Id,
    file: File,
    directory: Directory,
    response: Tagged,
    caller: CallerOf,
    session: Transaction,
    *,
    travels: Annotated[bool, Query(description="Whether a link to the file goes with the invoice.")] = False,
) -> Attachment:
    """Attaches a PDF, PNG or JPEG of at most 10 MiB, which is the body. An order has at most 50 files.

    The file is opened to see that it is what its name says; it is not searched for viruses. What goes with the invoice
    cannot change any more once the order is being exported.
    """
    attachment_id = await attachments.attach(
        session, caller.scope, work_order_id, file, travels=travels, directory=directory, uploaded_by=caller.name
    )
    return tagged(response, await attachments.read_attachment(session, caller.scope, work_order_id, attachment_id))


@router.get("/{work_order_id}/attachments/{attachment_id}", access=VIEW, refuses=[NotFound])
async def read_attachment(
    work_order_id: Id, attachment_id: Id, response: Tagged, caller: CallerOf, session: Transaction
) -> Attachment:
    """What is known about one file. You need the ETag to change or remove it."""
    return tagged(response, await attachments.read_attachment(session, caller.scope, work_order_id, attachment_id))


@router.get(
    "/{work_order_id}/attachments/{attachment_id}/content",
    access=VIEW,
    refuses=[NotFound, AttachmentUnavailable],
    response_class=Response,
    responses={200: {"content": _FILES}},
)
async def read_attachment_content(
    work_order_id: Id, attachment_id: Id, directory: Directory, caller: CallerOf, session: Transaction
) -> Response:
    """The file itself. Pictures may be shown in place; a PDF is always saved."""
    found, content = await attachments.read_content(session, caller.scope, work_order_id, attachment_id, directory)
    shown = "inline" if is_shown_in_place(found.media_type) else "attachment"
    plain = found.name.encode("ascii", "replace").decode().replace("?", "_")
    disposition = f"{shown}; filename=\"{plain}\"; filename*=UTF-8''{quote(found.name, safe='')}"
    return Response(content, media_type=found.media_type, headers={**_HEADERS, "content-disposition": disposition})


@router.patch("/{work_order_id}/attachments/{attachment_id}", access=EDIT, refuses=CHANGING)
async def change_attachment(
    work_order_id: Id,
    attachment_id: Id,
    body: AttachmentChange,
    revision: ExpectedVersion,
    response: Tagged,
    caller: CallerOf,
    session: Transaction,
) -> Attachment:
    """Sets whether a link to the file goes with the invoice, until the order is being exported."""
    await attachments.change(session, caller.scope, work_order_id, attachment_id, revision, travels=body.travels)
    return tagged(response, await attachments.read_attachment(session, caller.scope, work_order_id, attachment_id))


@router.delete("/{work_order_id}/attachments/{attachment_id}", access=EDIT, status_code=204, refuses=CHANGING)
async def remove_attachment(
    work_order_id: Id, attachment_id: Id, revision: ExpectedVersion, caller: CallerOf, session: Transaction
) -> None:
    """Removes a file from its order. The history of the order names it; its content is deleted after 30 days."""
    await attachments.remove(session, caller.scope, work_order_id, attachment_id, revision, now())
