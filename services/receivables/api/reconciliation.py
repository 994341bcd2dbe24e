"""Reconciliation over HTTP: whether everything adds up, and each difference."""

from services.receivables.actions import reconciliation
from services.receivables.schemas.reconciliation import Reconciliation
from shared.access import declared
from shared.access.grants import Level
from shared.http.operation import CallerOf, Router
from shared.http.transaction import Transaction

router = Router("reconciliation")


@router.get("", access=declared.feature("receivables.reconciliation", Level.VIEW))
async def reconcile(caller: CallerOf, session: Transaction) -> Reconciliation:
    """Checks that everything adds up and lists each difference.

    Each AR account has the same balance in the sub-ledger and the general ledger, postings are balanced, invoice
    numbers have no gaps, and invoiced work orders match their rating.
    """
    return Reconciliation.model_validate(await reconciliation.reconcile(session, caller.scope))
