"""Reconciliation: whether everything adds up, and a row for whatever does not."""

from services.rating.actions import reconciliation
from services.rating.schemas.reconciliation import CurrentTotalsRead, DifferenceRead, Reconciliation, RunSumsRead
from shared.access import declared
from shared.access.grants import Level
from shared.http.operation import CallerOf, Router
from shared.http.transaction import Transaction

router = Router("reconciliation")


@router.get("", access=declared.feature("rating.reconciliation", Level.VIEW))
async def reconcile(caller: CallerOf, session: Transaction) -> Reconciliation:
    """Requested = invoiced + refused + in flight by run; rated = invoiced + in flight + waiting over all ratings."""
    runs, totals, differences = await reconciliation.reconcile(session, caller.scope)
    return Reconciliation(
        runs=[RunSumsRead.model_validate(run) for run in runs],
        current=CurrentTotalsRead.model_validate(totals),
        differences=[DifferenceRead.model_validate(one) for one in differences],
    )
