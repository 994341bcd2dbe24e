"""Reconciliation: whether everything adds up, and a row for whatever does not."""

from services.receivables.actions import reconciliation
from services.receivables.schemas.invoices import Reconciliation
from shared import access
from shared.access import Level
from shared.database import Transaction
from shared.operation import CallerOf, Router

router = Router("reconciliation")


@router.get("", access=access.feature("receivables.reconciliation", Level.VIEW))
async def reconcile(caller: CallerOf, session: Transaction) -> Reconciliation:
    """Sub-ledger = general ledger per account, balanced postings, numbers without gaps, orders as they were rated."""
    return Reconciliation.model_validate(await reconciliation.reconcile(session, caller.scope))
