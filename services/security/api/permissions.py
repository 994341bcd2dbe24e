"""The permission table over HTTP, for the gateway."""

import re
from typing import Annotated

from fastapi import Header, Response

from services.security.actions import permissions as actions
from shared.access import declared
from shared.access.grants import Level
from shared.contracts.permission_table import FEATURE, NOUN, PermissionTable
from shared.http.etag import ETAG, Tagged, etag
from shared.http.headers import headers_of
from shared.http.operation import Router
from shared.http.transaction import Transaction

router = Router(NOUN)
_ETAG = re.compile(r'(?:W/)?"(\d{1,18})"', re.ASCII)


@router.get(
    "",
    access=declared.feature(FEATURE, Level.VIEW),
    response_model=PermissionTable,
    responses={304: {"description": "The table still has the epoch in If-None-Match.", "headers": headers_of([ETAG])}},
)
async def read_permission_table(
    session: Transaction,
    response: Tagged,
    if_none_match: Annotated[str | None, Header(description="The ETag of the table that you have.")] = None,
) -> PermissionTable | Response:
    """A consistent view of active users with their groups, and groups with their grants. The ETag is the epoch."""
    held = _ETAG.fullmatch((if_none_match or "").strip())
    known_epoch = int(held.group(1)) if held else None
    table = await actions.read_permission_table(session, known_epoch)
    if table is None:
        return Response(status_code=304, headers={"etag": etag(known_epoch or 0)})
    response.headers["etag"] = etag(table.epoch)
    return table
