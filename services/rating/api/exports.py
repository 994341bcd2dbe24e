"""Export runs over HTTP."""

from typing import Annotated

from fastapi import Query, Response

from services.rating.actions import exports
from services.rating.api.dependencies import Today, selecting
from services.rating.errors import (
    AlreadyAnswered,
    ExportDateRefused,
    NotExportable,
    NothingToExport,
    RollupTooLarge,
    UnknownReference,
)
from services.rating.rules.exports.answers import Outcome
from services.rating.rules.exports.runs import ExportCheck, ExportRun, RunInvoice
from services.rating.schemas.exports import ExportRequest, WithdrawalRequest, Withdrawn
from shared.access import declared
from shared.access.grants import Level
from shared.clock import now
from shared.errors import NotFound
from shared.http.callers import CallerOf
from shared.http.files import CSV_RESPONSE
from shared.http.headers import Located
from shared.http.imports import CheckOnly, check_answer, checked_as, taken_back
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf, answer
from shared.http.transaction import Transaction
from shared.values.filters import RunFilter
from shared.values.numbers import Id
from shared.values.text import Line

router = Router("exports")
VIEW = declared.feature("rating.export", Level.VIEW)
EDIT = declared.feature("rating.export", Level.EDIT)
APPROVE = declared.feature("rating.export", Level.APPROVE)


@router.post(
    "",
    access=EDIT,
    status_code=202,
    idempotent=True,
    refuses=[NothingToExport, NotExportable, ExportDateRefused, UnknownReference, RollupTooLarge],
    naming=selecting(ExportRequest),
    response_model=ExportRun,
    responses=checked_as(ExportCheck),
)
async def start_export(
    body: ExportRequest,
    today: Today,
    response: Located,
    caller: CallerOf,
    session: Transaction,
    *,
    check: CheckOnly = False,
) -> ExportRun | Response:
    """Locks the selected orders and exports them to Accounts Receivable. `Location` is the address of the run.

    With `check=true` nothing is started: the answer is what this export would take, by the same rules. It needs no
    `Idempotency-Key`.
    """
    invoice_date, month = body.dated(today)
    request = exports.ExportRequest(
        selection=body.selection,
        invoice_date=invoice_date,
        month=month,
        requested_by=caller.name,
        requested_at=now(),
        expected_orders=body.expected_orders,
        expected_total=body.expected_total,
    )
    if check:
        async with taken_back(session, check=True):
            found = await exports.check_export(session, caller.scope, request)
        return check_answer(found)
    run = await exports.start_export(session, caller.scope, request)
    response.headers["location"] = f"/v1/exports/{run.id}"
    return run


@router.get("", access=VIEW, response_model=Page[ExportRun, Count], responses=CSV_RESPONSE)
async def list_exports(
    filters: Annotated[RunFilter, Query()], page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[ExportRun, Count] | Response:
    """The export runs that you may see, newest first."""
    runs, cursor, count = await exports.list_runs(session, caller.scope, filters.seen_by(caller.name), page)
    return answer(page, "exports", ExportRun, runs, cursor, Count.of(count))


@router.get("/{run_id}", access=VIEW, refuses=[NotFound])
async def read_export(run_id: Id, caller: CallerOf, session: Transaction) -> ExportRun:
    """An export run with its progress."""
    return await exports.read_run(session, caller.scope, run_id)


@router.get(
    "/{run_id}/invoices",
    access=VIEW,
    refuses=[NotFound],
    response_model=Page[RunInvoice, Count],
    responses=CSV_RESPONSE,
)
async def list_export_invoices(
    run_id: Id,
    page: PageQueryOf,
    caller: CallerOf,
    session: Transaction,
    outcome: Outcome | None = None,
    search: Annotated[
        Line | None, Query(description="Part of the number of the invoice, of its bill-to or of a work order on it.")
    ] = None,
) -> Page[RunInvoice, Count] | Response:
    """The invoices of a run, each with its invoice in Accounts Receivable, or why it was refused."""
    rows, cursor, count = await exports.list_invoices(session, caller.scope, run_id, outcome, search, page)
    return answer(page, f"export-{run_id}", RunInvoice, rows, cursor, Count.of(count))


@router.post("/{run_id}/withdrawals", access=APPROVE, status_code=202, refuses=[NotFound, AlreadyAnswered])
async def withdraw_export(run_id: Id, body: WithdrawalRequest, caller: CallerOf, session: Transaction) -> Withdrawn:
    """Asks Accounts Receivable not to book the invoices that have no answer yet. The run shows the answers."""
    return Withdrawn(requested=await exports.withdraw(session, caller.scope, run_id, body.invoice_ids))


@router.watches("/{run_id}/events", access=VIEW, refuses=[NotFound], finished=lambda run: run.finished_at is not None)
async def watch_export(run_id: Id, caller: CallerOf, session: Transaction) -> ExportRun:
    """Live progress of a run: a `progress` event for each change, and `done` at the end."""
    return await exports.read_run(session, caller.scope, run_id)
