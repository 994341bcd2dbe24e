"""What waits for the caller over HTTP, in one answer."""

from services.rating.actions import waiting
from services.rating.api.dependencies import Today
from services.rating.rules.waiting import RatingWaiting
from shared.access import declared
from shared.http.callers import CallerOf
from shared.http.operation import Router
from shared.http.transaction import Transaction

router = Router("waiting")


@router.get("", access=declared.signed_in())
async def read_rating_waiting(today: Today, caller: CallerOf, session: Transaction) -> RatingWaiting:
    """How much waits for you, each figure with the list that shows exactly this, within your limits."""
    return await waiting.read_waiting(session, caller.principal.grants, today)
