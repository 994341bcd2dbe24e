"""Reconciliation over HTTP."""

from typing import Annotated

from fastapi import Query

from services.rating.actions import reconciliation
from services.rating.rules.reconciliation import RatingReconciliation
from shared.access import declared
from shared.access.grants import Level
from shared.http.callers import CallerOf
from shared.http.operation import Router
from shared.http.transaction import Transaction
from shared.values.text import MonthText

router = Router("reconciliation")


@router.get("", access=declared.feature("rating.reconciliation", Level.VIEW))
async def reconcile(
    caller: CallerOf,
    session: Transaction,
    from_month: Annotated[
        MonthText | None, Query(description="The month of the first runs to check. Without it, all runs are checked.")
    ] = None,
) -> RatingReconciliation:
    """Checks that everything adds up, and lists every difference.

    For each run, requested = invoiced + refused + in flight. For all current ratings, rated = invoiced + in flight +
    waiting.
    """
    return await reconciliation.reconcile(session, caller.scope, from_month)
