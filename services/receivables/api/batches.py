"""Batches over HTTP: creating, validating, posting and clearing them."""

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
from services.receivables.rules.batches import POSTING, VALIDATING, Batch, BatchFilter, BatchRow
from services.receivables.schemas.batches import BatchChange, NewBatch
from shared.access import declared
from shared.access.grants import Level, scope_for
from shared.audit.changes import HistoryStep
from shared.errors import NotFound, VersionMissing, VersionStale
from shared.http.callers import Caller, CallerOf
from shared.http.etag import ExpectedVersion, Tagged, etag
from shared.http.files import CSV_RESPONSE
from shared.http.headers import LOCATION
from shared.http.operation import Router
from shared.http.pages import Count, FixedPageQueryOf, Page, PageQueryOf, answer
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
    """Whether the caller can open restricted batches of other users."""
    return scope_for(caller.principal.grants, FEATURE, Level.ADMIN) is not None


async def find_batch(batch_id: Id, caller: CallerOf, session: Transaction) -> Batch:
    """The batch in the path, if the caller may open it."""
    return await batches.open_batch(session, caller.scope, batch_id, caller.name, administrator=administers(caller))


async def lock_batch(batch_id: Id, caller: CallerOf, session: Transaction) -> Batch:
    """The batch in the path, locked for a change. Other changes of it wait."""
    return await batches.open_batch(
        session, caller.scope, batch_id, caller.name, administrator=administers(caller), lock=True
    )


TaggedAndLocated = Annotated[Tagged, LOCATION]
OpenedBatch = Annotated[Batch, Depends(find_batch, scope="function")]
LockedBatch = Annotated[Batch, Depends(lock_batch, scope="function")]


@router.get("", access=VIEW, response_model=Page[BatchRow, Count], responses=CSV_RESPONSE)
async def list_batches(
    filters: Annotated[BatchFilter, Query()], page: PageQueryOf, caller: CallerOf, session: Transaction
) -> Page[BatchRow, Count] | Response:
    """Batches with the number and sum of their entries, findings and posted transactions."""
    rows, cursor, count = await batches.list_batches(session, caller.scope, filters, page, caller.name)
    return answer(page, "batches", BatchRow, rows, cursor, Count.of(count))


@router.post("", access=EDIT, status_code=201, refuses=[NotFound, MonthClosed])
async def create_batch(body: NewBatch, response: Tagged, caller: CallerOf, session: Transaction) -> BatchRow:
    """Creates an empty batch in an open month of a company."""
    batch_id = await batches.create_batch(
        session, caller.scope, body.ar_company, body.month, caller.name, body.to_details()
    )
    return await _read(batch_id, response, caller, session)


@router.get("/{batch_id}", access=VIEW, refuses=OPENING)
async def read_batch(batch: OpenedBatch, response: Tagged, caller: CallerOf, session: Transaction) -> BatchRow:
    """One batch. You need the ETag to change it."""
    return await _read(batch.id, response, caller, session)


@router.get("/{batch_id}/history", access=VIEW, refuses=OPENING)
async def read_batch_history(
    batch: OpenedBatch, page: FixedPageQueryOf, session: Transaction
) -> Page[HistoryStep, Count]:
    """Who did what with the batch and when, newest first. Each of its entries has a history of its own."""
    steps, cursor, count = await batches.list_history(session, batch, page)
    return Page(items=steps, next_cursor=cursor, totals=Count.of(count))


@router.patch("/{batch_id}", access=EDIT, refuses=[*CHANGING, VersionMissing, VersionStale])
async def change_batch(
    batch: LockedBatch,
    change: BatchChange,
    revision: ExpectedVersion,
    response: Tagged,
    caller: CallerOf,
    session: Transaction,
) -> BatchRow:
    """Changes the description, the control figures, and who can open the batch.

    A batch whose control figures change has to be validated again.
    """
    await batches.change(session, batch, revision, change.to_changes())
    return await _read(batch.id, response, caller, session)


@router.post("/{batch_id}/validate", access=EDIT, status_code=202, refuses=CHANGING)
async def validate_batch(
    batch: LockedBatch, response: TaggedAndLocated, caller: CallerOf, session: Transaction
) -> BatchRow:
    """Starts the validation of a batch. `GET …/events` reports the progress.

    Or read the batch until its status is `valid`, `warnings` or `errors`.
    """
    await batches.send_to_validation(session, batch)
    response.headers["location"] = f"/v1/batches/{batch.id}"
    return await _read(batch.id, response, caller, session)


@router.post(
    "/{batch_id}/post", access=POST, status_code=202, idempotent=True, refuses=[*CHANGING, BatchNotValid, BatchEmpty]
)
async def post_batch(
    batch: LockedBatch, response: TaggedAndLocated, caller: CallerOf, session: Transaction
) -> BatchRow:
    """Starts the posting of a valid batch, or submits it for approval if it exceeds the four-eyes limit.

    `GET …/events` reports the progress; or read the batch until its status is `posted`.
    """
    await posting.submit(session, batch, caller.name)
    response.headers["location"] = f"/v1/batches/{batch.id}"
    return await _read(batch.id, response, caller, session)


@router.post("/{batch_id}/approve", access=APPROVE, idempotent=True, refuses=[*CHANGING, BatchNotValid, OwnBatch])
async def approve_batch(batch: LockedBatch, response: Tagged, caller: CallerOf, session: Transaction) -> BatchRow:
    """Approves and posts a batch over the four-eyes limit. The person who submitted it cannot approve it."""
    await posting.approve(session, batch, caller.name)
    return await _read(batch.id, response, caller, session)


@router.post("/{batch_id}/reject", access=APPROVE, refuses=[*CHANGING, BatchNotValid])
async def reject_batch(batch: LockedBatch, response: Tagged, caller: CallerOf, session: Transaction) -> BatchRow:
    """Rejects a batch that awaits approval. It is open again."""
    await posting.reject(session, batch)
    return await _read(batch.id, response, caller, session)


@router.post("/{batch_id}/clear", access=EDIT, refuses=CHANGING)
async def clear_batch(batch: LockedBatch, response: Tagged, caller: CallerOf, session: Transaction) -> BatchRow:
    """Cancels a batch. Its new entries are deleted, and transactions that were brought back are released unchanged."""
    await batches.clear(session, batch)
    return await _read(batch.id, response, caller, session)


@router.watches(
    "/{batch_id}/events", access=VIEW, refuses=OPENING, finished=lambda batch: batch.status not in {VALIDATING, POSTING}
)
async def watch_batch(batch_id: Id, caller: CallerOf, session: Transaction) -> BatchRow:
    """Live progress of a batch that is validated or posted: `progress` for each change, and `done` at the end.

    `transactions` and `total` grow while it is posted.
    """
    await find_batch(batch_id, caller, session)
    return await batches.read_batch(session, caller.scope, batch_id)


async def _read(batch_id: int, response: Tagged, caller: Caller, session: Transaction) -> BatchRow:
    batch = await batches.read_batch(session, caller.scope, batch_id)
    response.headers["etag"] = etag(batch.revision)
    return batch
