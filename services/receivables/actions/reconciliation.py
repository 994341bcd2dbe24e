"""Reconciliation: whether everything in receivables adds up, and each difference."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.reconciliation import (
    AccountSums,
    Difference,
    LedgerTotals,
    RunBookings,
    compare_accounts,
    compare_totals,
)
from services.receivables.store import reconciliation
from shared.access.grants import Scope


@dataclass(frozen=True)
class Reconciled:
    """The sums of receivables and everything that does not add up."""

    totals: LedgerTotals
    accounts: Sequence[AccountSums]
    runs: Sequence[RunBookings]
    differences: Sequence[Difference]


async def reconcile(session: AsyncSession, scope: Scope) -> Reconciled:
    """The sums within the scope, and the differences, which should be none."""
    totals = await reconciliation.totals(session, scope)
    accounts = await reconciliation.account_sums(session, scope)
    differences = [
        *compare_totals(totals),
        *compare_accounts(accounts),
        *await reconciliation.gl_differences(session, scope),
        *await reconciliation.document_differences(session, scope),
        *await reconciliation.number_gaps(session, scope),
        *await reconciliation.order_differences(session, scope),
    ]
    return Reconciled(totals, accounts, await reconciliation.run_bookings(session, scope), differences)
