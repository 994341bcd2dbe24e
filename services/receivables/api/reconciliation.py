"""Reconciliation: whether everything adds up, and a row for whatever does not."""

from services.receivables.actions import reconciliation
from services.receivables.schemas.reconciliation import Reconciliation
from shared.access import declared
from shared.access.grants import Level
from shared.http.operation import CallerOf, Router
from shared.http.transaction import Transaction

router = Router("reconciliation")


@router.get("", access=declared.feature("receivables.reconciliation", Level.VIEW))
async def reconcile(caller: CallerOf, session: Transaction) -> Reconciliation:
    """Sub-ledger = general ledger per account, balanced postings, numbers without gaps, orders as they were rated."""
    return Reconciliation.model_validate(await reconciliation.reconcile(session, caller.scope))
