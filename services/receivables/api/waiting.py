"""What waits for the caller, over HTTP."""

from services.receivables.actions import waiting
from services.receivables.rules.waiting import ReceivablesWaiting
from shared.access import declared
from shared.http.callers import CallerOf
from shared.http.operation import Router
from shared.http.transaction import Transaction

router = Router("waiting")


@router.get("", access=declared.signed_in())
async def read_receivables_waiting(caller: CallerOf, session: Transaction) -> ReceivablesWaiting:
    """What waits for you: batches, requests to decide, customers over their limit, and e-mails that failed.

    Each part has the path and query of the list that shows exactly what it counts.
    """
    return await waiting.read_waiting(session, caller.principal.grants, caller.name)
