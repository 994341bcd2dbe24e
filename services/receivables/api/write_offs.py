"""Automatic write-offs over HTTP: previewing, creating and undoing them."""

from datetime import date

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions import batches, invoices, write_offs
from services.receivables.actions.write_offs import UndoRequest
from services.receivables.errors import (
    EntryFaulty,
    MonthClosed,
    NotForBatch,
    NothingToWriteOff,
    TransactionHeld,
    UnknownReference,
)
from services.receivables.schemas.credit_memos import CreditRead
from services.receivables.schemas.invoices import InvoiceRead
from services.receivables.schemas.write_offs import (
    NewWriteOffs,
    UndoEntry,
    WriteOffCriteria,
    WriteOffPreview,
    WriteOffsCreated,
)
from services.receivables.settings import Settings
from shared.access import declared
from shared.access.grants import Level, Scope
from shared.clock import local_date, month_of, now
from shared.errors import NotFound
from shared.http.callers import Caller, CallerOf
from shared.http.headers import Located
from shared.http.operation import Naming, Router
from shared.http.transaction import Transaction
from shared.values.numbers import Id
from shared.values.partly import PartlyRead

router = Router("write-offs")
of_invoice = Router("invoices")
VIEW = declared.feature("receivables.write_offs", Level.VIEW)
EDIT = declared.feature("receivables.write_offs", Level.EDIT)


async def _find_unknown(session: AsyncSession, read: PartlyRead) -> list[tuple[str, str]]:
    if read.value.ar_company is None:
        return []
    return await write_offs.find_unknown(session, read.facts, read.value.to_criteria(date.max))


async def _scope_of(request: Request, _session: AsyncSession) -> Scope:
    caller: Caller = request.state.caller
    return caller.scope


@router.post(
    "/preview",
    access=VIEW,
    refuses=[UnknownReference],
    naming=Naming(WriteOffCriteria, _find_unknown, _scope_of),
)
async def preview_write_offs(
    body: WriteOffCriteria, request: Request, caller: CallerOf, session: Transaction
) -> WriteOffPreview:
    """What the criteria would write off, and what they skip and why. Nothing is saved."""
    settings: Settings = request.app.state.settings
    today = local_date(now(), settings.time_zone)
    return WriteOffPreview.of(await write_offs.preview(session, caller.scope, body.to_criteria(today)))


@router.post(
    "",
    access=EDIT,
    status_code=201,
    idempotent=True,
    refuses=[NotFound, MonthClosed, NothingToWriteOff, EntryFaulty, UnknownReference],
    naming=Naming(NewWriteOffs, _find_unknown, _scope_of),
)
async def create_write_offs(
    body: NewWriteOffs, request: Request, response: Located, caller: CallerOf, session: Transaction
) -> WriteOffsCreated:
    """Creates a batch of write-offs by the criteria. Review and edit it there, then validate and post it."""
    settings: Settings = request.app.state.settings
    today = local_date(now(), settings.time_zone)
    created = await write_offs.create_write_offs(
        session, caller.scope, body.to_criteria(today), body.month or month_of(today), caller.name, today
    )
    response.headers["location"] = f"/v1/batches/{created.batch_id}"
    batch = await batches.read_batch(session, caller.scope, created.batch_id)
    return WriteOffsCreated(batch=batch, preview=WriteOffPreview.of(created.choice))


@of_invoice.post(
    "/{invoice_id}/write-offs/{transaction_id}/undo",
    access=EDIT,
    status_code=201,
    idempotent=True,
    refuses=[NotFound, NotForBatch, TransactionHeld, MonthClosed],
)
async def undo_write_off(
    invoice_id: Id, transaction_id: Id, entry: UndoEntry, request: Request, caller: CallerOf, session: Transaction
) -> CreditRead:
    """Reverses a posted write-off, so that its amount is open again."""
    settings: Settings = request.app.state.settings
    moment = now()
    on = entry.undo_date or local_date(moment, settings.time_zone)
    undo_request = UndoRequest(entry.month or month_of(on), on, entry.reason, caller.name)
    undone = await write_offs.undo(session, caller.scope, invoice_id, transaction_id, undo_request, moment)
    invoice = await invoices.read_invoice(session, caller.scope, invoice_id)
    return CreditRead(credit_id=undone.reversal_id, warnings=list(undone.warnings), invoice=InvoiceRead.whole(invoice))
