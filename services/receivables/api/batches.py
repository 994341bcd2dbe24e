"""Batches: made, listed, restricted, validated, posted and cleared."""

from typing import Annotated

from fastapi import Depends, Query, Response

from services.receivables.actions import batches, posting
from services.receivables.errors import (
    BatchBusy,
    BatchClosed,
    BatchEmpty,
    BatchNotValid,
    BatchRestricted,
    MonthClosed,
    OwnBatch,
)
from services.receivables.rules.batches import Batch, BatchFilter, BatchRow
from services.receivables.schemas.batches import BatchChange, BatchToMake
from shared.access import declared
from shared.access.grants import Level, scope_for
from shared.errors import NotFound, VersionMissing, VersionStale
from shared.http.etag import ExpectedVersion, etag
from shared.http.files import CSV_RESPONSE
from shared.http.operation import Caller, CallerOf, Router
from shared.http.pages import Count, Page, PageQueryOf, answer
from shared.http.transaction import Transaction
from shared.values.numbers import Id

FEATURE = "receivables.batches"
VIEW = declared.feature(FEATURE, Level.VIEW)
EDIT = declared.feature(FEATURE, Level.EDIT)
APPROVE = declared.feature("receivables.posting", Level.APPROVE)
POST = declared.feature("receivables.posting", Level.EDIT)

router = Router("batches")

OPENING = [NotFound, BatchRestricted]
CHANGING = [*OPENING, BatchBusy, BatchClosed]


def administers(caller: Caller) -> bool:
    """Whether the caller may open restricted batches of others."""
    return scope_for(caller.principal.grants, FEATURE, Level.ADMIN) is not None


async def opened(batch_id: Id, caller: CallerOf, session: Transaction) -> Batch:
    """The batch of the path, for somebody who may open it."""
    return await batches.open_batch(session, caller.scope, batch_id, caller.name, administrator=administers(caller))


async def held(batch_id: Id, caller: CallerOf, session: Transaction) -> Batch:
    """The batch of the path, held for a change: whoever changes it next waits."""
    return await batches.open_batch(
        session, caller.scope, batch_id, caller.name, administrator=administers(caller), lock=True
    )


OpenedBatch = Annotated[Batch, Depends(opened, scope="function")]
HeldBatch = Annotated[Batch, Depends(held, scope="function")]


@router.get("", access=VIEW, response_model=Page[BatchRow, Count], responses=CSV_RESPONSE)
async def list_batches(
    wanted: Annotated[BatchFilter, Query()], page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[BatchRow, Count] | Response:
    """Batches by company, month, source, status, creator or export run, with what is in them."""
    rows, cursor, count = await batches.list_batches(session, caller.scope, wanted, page)
    return answer(page, "batches", BatchRow, rows, cursor, Count(count=count))


@router.post("", access=EDIT, status_code=201, refuses=[NotFound, MonthClosed])
async def make_batch(wanted: BatchToMake, response: Response, caller: CallerOf, session: Transaction) -> BatchRow:
    """Makes an open batch of a company and month."""
    batch_id = await batches.make_batch(
        session, caller.scope, wanted.ar_company, wanted.month, caller.name, restricted=wanted.restricted
    )
    return await _read(batch_id, response, caller, session)


@router.get("/{batch_id}", access=VIEW, refuses=OPENING)
async def read_batch(batch: OpenedBatch, response: Response, caller: CallerOf, session: Transaction) -> BatchRow:
    """One batch. The ETag is needed to restrict it."""
    return await _read(batch.id, response, caller, session)


@router.patch("/{batch_id}", access=EDIT, refuses=[*CHANGING, VersionMissing, VersionStale])
async def restrict_batch(
    batch: HeldBatch,
    change: BatchChange,
    revision: ExpectedVersion,
    response: Response,
    caller: CallerOf,
    session: Transaction,
) -> BatchRow:
    """Keeps a batch for its creator and administrators, or opens it for all."""
    await batches.restrict(session, batch, revision, restricted=change.restricted)
    return await _read(batch.id, response, caller, session)


@router.post("/{batch_id}/validate", access=EDIT, status_code=202, refuses=CHANGING)
async def validate_batch(batch: HeldBatch, response: Response, caller: CallerOf, session: Transaction) -> BatchRow:
    """Sends a batch to be validated; it becomes `valid`, `warnings` or `errors`. Read it to see when."""
    await batches.send_to_validation(session, batch)
    response.headers["location"] = f"/v1/batches/{batch.id}"
    return await _read(batch.id, response, caller, session)


@router.post(
    "/{batch_id}/post", access=POST, status_code=202, idempotent=True, refuses=[*CHANGING, BatchNotValid, BatchEmpty]
)
async def post_batch(batch: HeldBatch, response: Response, caller: CallerOf, session: Transaction) -> BatchRow:
    """Sends a valid batch on its way into the ledger; it becomes `posted`. Over the four-eyes limit it awaits approval."""
    await posting.send(session, batch, caller.name)
    response.headers["location"] = f"/v1/batches/{batch.id}"
    return await _read(batch.id, response, caller, session)


@router.post("/{batch_id}/approve", access=APPROVE, idempotent=True, refuses=[*CHANGING, BatchNotValid, OwnBatch])
async def approve_batch(batch: HeldBatch, response: Response, caller: CallerOf, session: Transaction) -> BatchRow:
    """Lets a batch over the four-eyes limit be posted; not by who sent it."""
    await posting.approve(session, batch, caller.name)
    return await _read(batch.id, response, caller, session)


@router.post("/{batch_id}/reject", access=APPROVE, refuses=[*CHANGING, BatchNotValid])
async def reject_batch(batch: HeldBatch, response: Response, caller: CallerOf, session: Transaction) -> BatchRow:
    """Opens a batch again that awaits approval."""
    await posting.reject(session, batch)
    return await _read(batch.id, response, caller, session)


@router.post("/{batch_id}/clear", access=EDIT, refuses=CHANGING)
async def clear_batch(batch: HeldBatch, response: Response, caller: CallerOf, session: Transaction) -> BatchRow:
    """Deletes the new entries of a batch, releases what was brought back into it, and cancels it."""
    await batches.clear(session, batch)
    return await _read(batch.id, response, caller, session)


async def _read(batch_id: int, response: Response, caller: Caller, session: Transaction) -> BatchRow:
    batch = await batches.read_batch(session, caller.scope, batch_id)
    response.headers["etag"] = etag(batch.revision)
    return batch
