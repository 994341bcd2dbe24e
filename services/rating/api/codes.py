"""The names of all codes over HTTP, in one answer."""

from fastapi import Response

from services.rating.actions import codes
from services.rating.rules.codes import Codes
from shared.access import declared
from shared.errors import Forbidden
from shared.http.etag import NOT_MODIFIED, IfNoneMatch, unless_known
from shared.http.operation import CallerOf, Router
from shared.http.transaction import Transaction

router = Router("codes")


@router.get("", access=declared.signed_in(), response_model=Codes, refuses=[Forbidden], responses=NOT_MODIFIED)
async def list_codes(
    response: Response, caller: CallerOf, session: Transaction, if_none_match: IfNoneMatch = None
) -> Codes | Response:
    """All codes with their names, for anyone with a feature of this service. Of the branches, those within your limits."""
    found = await codes.list_names(session, caller.principal.grants)
    return unless_known(response, found, if_none_match)
