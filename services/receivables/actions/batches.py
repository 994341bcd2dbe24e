"""The use cases of batches, except posting."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.book import book_of_batch
from services.receivables.actions.exported_invoices import report_removed
from services.receivables.errors import EntryReadOnly, MonthClosed
from services.receivables.rules import batches as rules
from services.receivables.rules.batches import Batch, BatchDetails, BatchRow, Finding, FindingTotals
from services.receivables.rules.entries.book import numbers_typed
from services.receivables.rules.entries.validation import ERROR, Environment, validate
from services.receivables.rules.months import is_open
from services.receivables.store import ar_companies, batches
from services.receivables.store.entries import facts, rows
from shared.access.grants import Scope
from shared.audit import history
from shared.audit.changes import HistoryStep
from shared.database.attempts import isolate
from shared.database.failures import words_of
from shared.database.pages import PageQuery
from shared.errors import NotFound
from shared.values.fields import parts_of
from shared.values.versions import require_version

log = logging.getLogger(__name__)
list_batches = batches.list_batches


async def read_batch(session: AsyncSession, scope: Scope, batch_id: int) -> BatchRow:
    """A batch with the sums of its entries; raises NotFound."""
    found = await batches.find_row(session, scope, batch_id)
    if found is None:
        raise NotFound(f"There is no batch {batch_id}.")
    return found


async def create_batch(
    session: AsyncSession,
    scope: Scope,
    ar_company: int,
    month: str,
    created_by: str,
    details: BatchDetails,
    source: str = "ar_invoice",
) -> int:
    """Creates a batch in an open month and returns its id. Raises NotFound or MonthClosed."""
    company = await ar_companies.find_company(session, ar_company)
    known = {visible.number for visible in await ar_companies.list_companies(session, scope)}
    if company is None or ar_company not in known:
        raise NotFound(f"There is no AR company {ar_company}.")
    if not is_open(month, company.last_closed_month, company.max_open_months):
        raise MonthClosed(
            f"{month} is not open in company {ar_company}. The last closed month is {company.last_closed_month}."
        )
    return await batches.insert(session, ar_company, month, source, created_by, details)


async def open_batch(
    session: AsyncSession, scope: Scope, batch_id: int, name: str, *, administrator: bool, lock: bool = False
) -> Batch:
    """The batch, if the user may open it; raises NotFound or BatchRestricted.

    With `lock`, other changes of the batch wait. A batch that is being validated or posted is returned without waiting.
    """
    found = await batches.find(session, scope, batch_id)
    if found is None:
        raise NotFound(f"There is no batch {batch_id}.")
    rules.require_access(found, name, administrator=administrator)
    if lock and found.status not in {rules.VALIDATING, rules.POSTING}:
        found = await batches.find(session, scope, batch_id, lock=True)
        assert found is not None
    return found


async def edit_batch(session: AsyncSession, batch: Batch) -> None:
    """Opens the batch again, because something in it changes. Raises BatchBusy or BatchClosed."""
    following = rules.next_status(batch, rules.EDIT)
    if batch.status != following:
        await batches.set_status(session, batch.id, following)


async def add_to_batch(session: AsyncSession, batch: Batch) -> None:
    """Opens the batch again to add entries. Raises EntryReadOnly, and the errors of `edit_batch`."""
    if batch.source not in rules.TYPED:
        raise EntryReadOnly(
            f"{batch.title} has the source {batch.source}, so no entries can be added. Add them to another batch."
        )
    await edit_batch(session, batch)


async def change(session: AsyncSession, batch: Batch, expected_revision: int, changes: Mapping[str, Any]) -> None:
    """Changes details of the batch, which is opened again if its control figures change.

    Raises VersionStale, BatchBusy or BatchClosed.
    """
    require_version(batch.revision, expected_revision, batch.title)
    rules.next_status(batch, rules.EDIT)
    before = BatchDetails(**parts_of(batch, BatchDetails))
    after = replace(before, **changes)
    if (before.control_total, before.control_count) != (after.control_total, after.control_count):
        await edit_batch(session, batch)
    await batches.set_details(session, batch.id, after)


async def send_to_validation(session: AsyncSession, batch: Batch) -> None:
    """Sets the batch to be validated by a job. Raises BatchBusy or BatchClosed."""
    await batches.set_status(session, batch.id, rules.next_status(batch, rules.VALIDATE))


async def validate_part(session: AsyncSession, worker: str, today: date) -> bool:
    """Validates the batch that the worker has claimed, or claims the next one. Returns False if none is waiting.

    A batch whose validation fails gets the reason as its finding.
    """
    batch = await batches.take_claimed(session, worker)
    if batch is None:
        return await batches.claim_validation(session, worker)

    async def check(_batches: Sequence[Batch]) -> None:
        await _validate(session, batch, today)

    for _, error in await isolate(session, [batch], check):
        log.error("the validation of batch %d failed: %r", batch.id, error)
        await stop_batch(session, batch, [Finding(0, None, "batch", "FAILED", ERROR, words_of(error))])
    return True


async def stop_batch(session: AsyncSession, batch: Batch, errors: Sequence[Finding]) -> None:
    """Saves the errors that keep a batch from being posted."""
    await batches.replace_findings(session, batch.id, errors)
    await batches.set_status(session, batch.id, rules.ERRORS)


async def _validate(session: AsyncSession, batch: Batch, today: date) -> None:
    """Validates a batch, and saves its findings and its new status."""
    all_entries = await rows.read(session, batch.id)
    book = await book_of_batch(session, batch.ar_company, batch.id, all_entries, today)
    limited = {customer.id for customer in book.customers.values() if customer.credit_limit is not None}
    environment = Environment(
        await facts.numbers_in_use(session, batch.ar_company, numbers_typed(all_entries)),
        await facts.exposures(session, limited, batch.id),
    )
    findings = validate(batch, book, all_entries, environment)
    await batches.replace_findings(session, batch.id, findings)
    await batches.set_status(session, batch.id, rules.status_after_validation(findings))


async def list_findings(
    session: AsyncSession, batch: Batch, query: PageQuery
) -> tuple[list[Finding], str | None, FindingTotals | None]:
    """One page of the findings of the last validation of a batch, the cursor of the next page, and their number."""
    return await batches.page_of_findings(session, batch.id, query)


async def list_history(
    session: AsyncSession, batch: Batch, query: PageQuery
) -> tuple[list[HistoryStep], str | None, int | None]:
    """One page of what was done with a batch, newest first, the cursor of the next page, and the number of steps."""
    return await history.list_steps(session, batches.KIND, history.key_of(batch.id), query)


async def clear(session: AsyncSession, batch: Batch) -> None:
    """Cancels a batch and removes its entries, so that brought-back transactions are released.

    Hand-overs from rating that waited in it are refused. Raises BatchBusy or BatchClosed.
    """
    following = rules.next_status(batch, rules.CLEAR)
    if batch.source == rules.RATING:
        waiting = await rows.read(session, batch.id)
        await report_removed(session, batch, waiting, f"{batch.name}, in which it waited, was cleared")
    await rows.remove(session, batch.id)
    await batches.replace_findings(session, batch.id, [])
    await batches.set_status(session, batch.id, following)


async def reopen_interrupted(session: AsyncSession, after_seconds: float) -> list[int]:
    """Opens batches again whose validation was claimed at least this long ago and never finished. Returns their ids."""
    return await batches.reopen_interrupted(session, after_seconds)
