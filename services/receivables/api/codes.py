"""The names of codes over HTTP."""

from fastapi import Response

from services.receivables.actions import codes
from services.receivables.rules.codes import ReceivablesCodes
from shared.access import declared
from shared.errors import Forbidden
from shared.http.callers import CallerOf
from shared.http.etag import UNCHANGED, KnownTag, Tagged, unless_known
from shared.http.operation import Router
from shared.http.transaction import Transaction

router = Router("codes")


@router.get("", access=declared.signed_in(), response_model=ReceivablesCodes, refuses=[Forbidden], responses=UNCHANGED)
async def read_receivables_codes(
    caller: CallerOf, session: Transaction, response: Tagged, known: KnownTag
) -> ReceivablesCodes | Response:
    """The names of codes, and the open months of companies, for everyone who has any feature of this service.

    A front end can keep the answer and ask with its ETag whether there is a newer one.
    """
    return unless_known(await codes.read_codes(session, caller.require_any_scope()), known, response)
