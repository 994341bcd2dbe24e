"""Reconciliation: whether everything adds up, and a row for whatever does not."""

from services.rating.actions import reconciliation
from services.rating.rules.reconciliation import Reconciliation
from shared.access import declared
from shared.access.grants import Level
from shared.http.operation import CallerOf, Router
from shared.http.transaction import Transaction

router = Router("reconciliation")


@router.get("", access=declared.feature("rating.reconciliation", Level.VIEW))
async def reconcile(caller: CallerOf, session: Transaction) -> Reconciliation:
    """Requested = invoiced + refused + in flight by run; rated = invoiced + in flight + waiting over all ratings."""
    return await reconciliation.reconcile(session, caller.scope)
