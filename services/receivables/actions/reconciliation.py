"""Reconciliation: whether everything in receivables adds up, and each difference.

A request checks what was posted in months that are open. A run checks every month, part by part, and keeps what it finds.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.errors import ReconciliationRunning, TooManyTransactions
from services.receivables.rules.months import Months, open_months
from services.receivables.rules.reconciliation import (
    MOST_TRANSACTIONS,
    AccountSums,
    CheckedMonth,
    ClosedMonth,
    Difference,
    LedgerTotals,
    MonthFigures,
    ReconciliationRun,
    RunBookings,
    RunDifference,
    compare_accounts,
    compare_totals,
    sum_figures,
)
from services.receivables.store import ar_companies
from services.receivables.store import reconciliation_runs as runs
from services.receivables.store.reconciliation import differences, sums
from shared.access.grants import EVERYTHING, Scope
from shared.contracts.service_status import Latest
from shared.database.failures import is_passing, words_of
from shared.database.pages import PageQuery
from shared.database.statements import read_much
from shared.errors import Forbidden, NotFound

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reconciled:
    """The sums of what was posted from `from_month` on, everything that does not add up, and the months before."""

    from_month: str
    totals: LedgerTotals
    accounts: Sequence[AccountSums]
    runs: Sequence[RunBookings]
    differences: Sequence[Difference]
    closed_months: Sequence[ClosedMonth]


async def reconcile(session: AsyncSession, scope: Scope, from_month: str | None) -> Reconciled:
    """The sums within the scope of the months that are open, or of those from `from_month` on, and the differences.

    Only a caller who sees everything gets the closed months. Raises TooManyTransactions.
    """
    companies = await ar_companies.list_companies(session, scope)
    months = open_months([company.last_closed_month for company in companies])
    if from_month is not None:
        months = Months(from_month)
    if await sums.count_posted(session, months) > MOST_TRANSACTIONS:
        raise TooManyTransactions(
            f"More than {MOST_TRANSACTIONS:,} transactions were posted from {months.first} on, too many for one request. "
            "Start a run, which checks every month: POST /v1/reconciliation/runs."
        )
    figures, found = await _check(session, scope, months)
    found += await _check_series(session, scope, months)
    return Reconciled(
        months.first,
        figures.totals,
        figures.accounts,
        figures.runs,
        found,
        [] if scope.limits else await runs.closed_months(session, months),
    )


async def _check(session: AsyncSession, scope: Scope, months: Months) -> tuple[MonthFigures, list[Difference]]:
    await read_much(session)
    totals = await sums.totals(session, scope, months)
    accounts = await sums.account_sums(session, scope, months)
    found = [
        *compare_totals(totals),
        *compare_accounts(accounts),
        *await differences.gl_differences(session, scope, months),
        *await differences.document_differences(session, scope, months),
        *await differences.account_differences(session, scope, months),
        *([] if scope.limits else await differences.batch_differences(session, months)),
        *await differences.number_gaps(session, scope, months),
        *await differences.order_differences(session, scope, months),
    ]
    return MonthFigures(totals, accounts, await sums.run_bookings(session, scope, months)), found


async def _check_series(session: AsyncSession, scope: Scope, months: Months) -> list[Difference]:
    """What continues from month to month: the numbers of invoices, and the hand-overs of rating."""
    return [
        *await differences.invoice_number_gaps(session, scope, months),
        *await differences.outcome_differences(session, scope, months),
    ]


@dataclass(frozen=True)
class RunWhole:
    """A run with its months, and their sums as one."""

    head: ReconciliationRun
    months: Sequence[CheckedMonth]
    figures: MonthFigures


async def start_run(session: AsyncSession, scope: Scope, requested_by: str, now: datetime) -> RunWhole:
    """Starts a run of every month, which a job continues. Raises Forbidden or ReconciliationRunning."""
    _require_everything(scope)
    run_id = await runs.start(session, requested_by, now)
    if run_id is None:
        raise ReconciliationRunning("A run is under way. Wait until it is done; the list of runs shows how far it is.")
    return await read_run(session, scope, run_id)


async def latest_run(session: AsyncSession) -> Latest | None:
    """The last run, and how many differences it has found."""
    return await runs.find_latest(session)


async def list_runs(
    session: AsyncSession, scope: Scope, query: PageQuery
) -> tuple[list[ReconciliationRun], str | None, int | None]:
    """One page of runs, the cursor of the next page, and how many there are. Raises Forbidden."""
    _require_everything(scope)
    return await runs.list_runs(session, query)


async def read_run(session: AsyncSession, scope: Scope, run_id: int) -> RunWhole:
    """A run with its months and sums so far; raises Forbidden or NotFound."""
    _require_everything(scope)
    head = await runs.find(session, run_id)
    if head is None:
        raise _no_run(run_id)
    return RunWhole(head, await runs.list_months(session, run_id), sum_figures(await runs.figures_of(session, run_id)))


async def list_differences(
    session: AsyncSession, scope: Scope, run_id: int, query: PageQuery
) -> tuple[list[RunDifference], str | None, int | None]:
    """One page of the differences of a run, the cursor, and how many were kept. Raises Forbidden or NotFound."""
    _require_everything(scope)
    if await runs.find(session, run_id) is None:
        raise _no_run(run_id)
    return await runs.list_differences(session, run_id, query)


def _no_run(run_id: int) -> NotFound:
    return NotFound(f"There is no reconciliation run {run_id}.")


def _require_everything(scope: Scope) -> None:
    if scope.limits:
        raise Forbidden("A run checks all companies, branches and customers. Your groups limit what you may see.")


async def check_next_month(session: AsyncSession, now: datetime) -> bool:
    """Checks the next month of the run that is under way. Returns False without one.

    With the last month, what continues from month to month is checked as well. A month that cannot be checked is kept with the reason, and the others continue.
    """
    run_id = await runs.find_running(session)
    if run_id is None:
        return False
    left = await runs.months_left(session, run_id)
    if not left:
        await runs.finish(session, run_id, now)
        return True
    month = left[0]
    months = Months(month, month)
    try:
        async with session.begin_nested():
            figures, found = await _check(session, EVERYTHING, months)
            if len(left) == 1:
                found += await _check_series(session, EVERYTHING, Months())
            await runs.keep(
                session,
                run_id,
                month,
                transactions=await sums.count_posted(session, months),
                figures=figures,
                differences=found,
                checked_at=now,
            )
    except Exception as error:
        if is_passing(error):
            raise
        log.exception("Month %s cannot be reconciled.", month)
        await runs.note_failure(session, run_id, month, words_of(error), now)
    return True
