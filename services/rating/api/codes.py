"""The names of codes over HTTP."""

from fastapi import Response

from services.rating.actions import codes
from services.rating.rules.codes import RatingCodes
from shared.access import declared
from shared.errors import Forbidden
from shared.http.callers import CallerOf
from shared.http.etag import UNCHANGED, KnownTag, Tagged, unless_known
from shared.http.operation import Router
from shared.http.transaction import Transaction

router = Router("codes")


@router.get("", access=declared.signed_in(), response_model=RatingCodes, refuses=[Forbidden], responses=UNCHANGED)
async def read_rating_codes(
    caller: CallerOf, session: Transaction, response: Tagged, known: KnownTag
) -> RatingCodes | Response:
    """The names of all codes, for everyone who has any feature of this service. Branches are those within your limits.

    A front end can keep the answer and ask with its ETag whether there is a newer one.
    """
    return unless_known(await codes.read_codes(session, caller.require_any_scope()), known, response)
