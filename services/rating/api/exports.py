"""Export Rated Work Orders to A/R: started, watched, withdrawn."""

from typing import Literal

from fastapi import Request, Response

from services.rating.actions import exports
from services.rating.errors import AlreadyAnswered, NotExportable, NothingToExport, RollupTooLarge
from services.rating.schemas.exports import ExportRequest, ExportRunRead, RunInvoiceRead, WithdrawalRequest, Withdrawn
from services.rating.settings import Settings
from shared.access import declared
from shared.access.grants import Level
from shared.clock import local_date, month_of, now
from shared.errors import NotFound
from shared.http.files import CSV_RESPONSE
from shared.http.operation import CallerOf, Router
from shared.http.pages import Count, Page, PageQueryOf, answer
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("exports")
VIEW = declared.feature("rating.export", Level.VIEW)
EDIT = declared.feature("rating.export", Level.EDIT)
APPROVE = declared.feature("rating.export", Level.APPROVE)


@router.post(
    "",
    access=EDIT,
    status_code=202,
    idempotent=True,
    refuses=[NothingToExport, NotExportable, RollupTooLarge],
)
async def start_export(
    wanted: ExportRequest, request: Request, response: Response, caller: CallerOf, session: Transaction
) -> ExportRunRead:
    """Locks the selection and hands it to Accounts Receivable. The answer's Location tells where to watch."""
    settings: Settings = request.app.state.settings
    requested_at = now()
    invoice_date = wanted.invoice_date or local_date(requested_at, settings.time_zone)
    run = await exports.start_export(
        session,
        caller.scope,
        exports.ExportRequest(
            selection=wanted.selection.to_selection(),
            invoice_date=invoice_date,
            month=wanted.month or month_of(invoice_date),
            requested_by=caller.name,
            requested_at=requested_at,
            expected_orders=wanted.expected_orders,
            expected_total=wanted.expected_total,
        ),
    )
    response.headers["location"] = f"/v1/exports/{run.id}"
    return ExportRunRead.of(run)


@router.get("", access=VIEW, response_model=Page[ExportRunRead, Count], responses=CSV_RESPONSE)
async def list_exports(
    page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[ExportRunRead, Count] | Response:
    """The runs that lie within what you may see, the newest first."""
    runs, cursor, count = await exports.list_runs(session, caller.scope, page)
    return answer(page, "exports", ExportRunRead, [ExportRunRead.of(run) for run in runs], cursor, Count(count=count))


@router.get("/{run_id}", access=VIEW, refuses=[NotFound])
async def read_export(run_id: Id, caller: CallerOf, session: Transaction) -> ExportRunRead:
    """A run and how far it is."""
    return ExportRunRead.of(await exports.read_run(session, caller.scope, run_id))


@router.get(
    "/{run_id}/invoices",
    access=VIEW,
    refuses=[NotFound],
    response_model=Page[RunInvoiceRead, Count],
    responses=CSV_RESPONSE,
)
async def list_export_invoices(
    run_id: Id,
    page: PageQueryOf,
    caller: CallerOf,
    session: Transaction,
    outcome: Literal["waiting", "exported", "refused"] | None = None,
) -> Page[RunInvoiceRead, Count] | Response:
    """The invoices of a run: where each stands in A/R, or why it was refused."""
    rows, cursor, count = await exports.list_invoices(session, caller.scope, run_id, outcome, page)
    items = [RunInvoiceRead.model_validate(row) for row in rows]
    return answer(page, f"export-{run_id}", RunInvoiceRead, items, cursor, Count(count=count))


@router.post("/{run_id}/withdrawals", access=APPROVE, status_code=202, refuses=[NotFound, AlreadyAnswered])
async def withdraw_export(run_id: Id, wanted: WithdrawalRequest, caller: CallerOf, session: Transaction) -> Withdrawn:
    """Asks Accounts Receivable never to book what has no answer yet; the answers come to the run."""
    return Withdrawn(requested=await exports.withdraw(session, caller.scope, run_id, wanted.invoice_ids))


@router.watches("/{run_id}/events", access=VIEW, refuses=[NotFound], finished=lambda run: run.finished_at is not None)
async def watch_export(run_id: Id, caller: CallerOf, session: Transaction) -> ExportRunRead:
    """Live progress: an event `progress` for each change, `done` at the end."""
    return ExportRunRead.of(await exports.read_run(session, caller.scope, run_id))
