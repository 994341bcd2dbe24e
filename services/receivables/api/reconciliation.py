"""Reconciliation over HTTP: whether everything adds up, and each difference."""

from typing import Annotated

from fastapi import Query, Response

from services.receivables.actions import reconciliation
from services.receivables.errors import ReconciliationRunning, TooManyTransactions
from services.receivables.rules.reconciliation import ReconciliationRun, RunDifference
from services.receivables.schemas.reconciliation import Reconciliation, RunRead
from shared.access import declared
from shared.access.grants import Level
from shared.clock import now
from shared.errors import NotFound
from shared.http.callers import CallerOf
from shared.http.files import CSV_RESPONSE
from shared.http.headers import Located
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf, answer
from shared.http.transaction import Transaction
from shared.values.numbers import Id
from shared.values.text import MonthText

router = Router("reconciliation")
VIEW = declared.feature("receivables.reconciliation", Level.VIEW)


@router.get("", access=VIEW, refuses=[TooManyTransactions])
async def reconcile(
    caller: CallerOf,
    session: Transaction,
    from_month: Annotated[
        MonthText | None,
        Query(description="The first month to check. Without it, the first one that is open in any company."),
    ] = None,
) -> Reconciliation:
    """Checks that everything posted in open months adds up, and lists each difference.

    Each AR account has the same balance in the sub-ledger and the general ledger, postings are balanced, kept balances
    are what was posted, invoice numbers have no gaps, and invoiced work orders match their rating.
    """
    return Reconciliation.model_validate(await reconciliation.reconcile(session, caller.scope, from_month))


@router.post("/runs", access=VIEW, status_code=202, refuses=[ReconciliationRunning])
async def start_reconciliation_run(response: Located, caller: CallerOf, session: Transaction) -> RunRead:
    """Starts a run that checks every month since the first posting. `Location` is where you watch its progress."""
    run = await reconciliation.start_run(session, caller.scope, caller.name, now())
    response.headers["location"] = f"/v1/reconciliation/runs/{run.head.id}"
    return RunRead.of(run)


@router.get("/runs", access=VIEW, response_model=Page[ReconciliationRun, Count], responses=CSV_RESPONSE)
async def list_reconciliation_runs(
    page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[ReconciliationRun, Count] | Response:
    """Runs that check every month, newest first. The last 100 are kept."""
    rows, cursor, count = await reconciliation.list_runs(session, caller.scope, page)
    return answer(page, "reconciliation-runs", ReconciliationRun, rows, cursor, Count.of(count))


@router.get("/runs/{run_id}", access=VIEW, refuses=[NotFound])
async def read_reconciliation_run(run_id: Id, caller: CallerOf, session: Transaction) -> RunRead:
    """A run with its progress, its months, and the sums of those that it has checked."""
    return RunRead.of(await reconciliation.read_run(session, caller.scope, run_id))


@router.watches("/runs/{run_id}/events", access=VIEW, refuses=[NotFound], finished=lambda run: run.status == "done")
async def watch_reconciliation_run(run_id: Id, caller: CallerOf, session: Transaction) -> RunRead:
    """Live progress: an event `progress` for each change, and `done` at the end."""
    return RunRead.of(await reconciliation.read_run(session, caller.scope, run_id))


@router.get(
    "/runs/{run_id}/differences",
    access=VIEW,
    response_model=Page[RunDifference, Count],
    responses=CSV_RESPONSE,
    refuses=[NotFound],
)
async def list_run_differences(
    run_id: Id, page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[RunDifference, Count] | Response:
    """What a run found that does not add up, by month, at most 1,000 differences of each."""
    rows, cursor, count = await reconciliation.list_differences(session, caller.scope, run_id, page)
    return answer(page, f"reconciliation-run-{run_id}", RunDifference, rows, cursor, Count.of(count))
