"""Batches: made, opened for a change, validated and cleared."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.actions.book import book_of_batch
from services.receivables.actions.exported_invoices import answer_removed
from services.receivables.errors import EntryReadOnly, MonthClosed
from services.receivables.rules import batches as rules
from services.receivables.rules.batches import Batch, BatchRow, Finding
from services.receivables.rules.entries.book import numbers_typed
from services.receivables.rules.entries.validation import Environment, validate
from services.receivables.rules.months import is_open
from services.receivables.store import ar_companies, batches
from services.receivables.store.entries import facts, rows
from shared.access.grants import Scope
from shared.errors import NotFound
from shared.values.versions import require_version

list_batches = batches.list_batches


async def read_batch(session: AsyncSession, scope: Scope, batch_id: int) -> BatchRow:
    """A batch with what is in it; raises NotFound."""
    found = await batches.find_row(session, scope, batch_id)
    if found is None:
        raise NotFound(f"There is no batch {batch_id}.")
    return found


async def make_batch(
    session: AsyncSession,
    scope: Scope,
    ar_company: int,
    month: str,
    created_by: str,
    *,
    restricted: bool,
    source: str = "ar_invoice",
) -> int:
    """A new batch of a month that is open; returns its id. Raises NotFound, MonthClosed."""
    company = await ar_companies.find_company(session, ar_company)
    known = {one.number for one in await ar_companies.list_companies(session, scope)}
    if company is None or ar_company not in known:
        raise NotFound(f"There is no AR company {ar_company}.")
    if not is_open(month, company.last_closed_month, company.max_open_months):
        raise MonthClosed(
            f"{month} is not open in company {ar_company}; the last closed month is {company.last_closed_month}."
        )
    return await batches.insert(session, ar_company, month, source, created_by, restricted=restricted)


async def open_batch(
    session: AsyncSession, scope: Scope, batch_id: int, name: str, *, administrator: bool, lock: bool = False
) -> Batch:
    """The batch, for somebody who may open it; raises NotFound, BatchRestricted.

    With `lock` others who change the batch wait. One that is being validated or posted is not waited for.
    """
    found = await batches.find(session, scope, batch_id)
    if found is None:
        raise NotFound(f"There is no batch {batch_id}.")
    rules.require_welcome(found, name, administrator=administrator)
    if lock and found.status not in {rules.VALIDATING, rules.POSTING}:
        found = await batches.find(session, scope, batch_id, lock=True)
        assert found is not None
    return found


async def edit_batch(session: AsyncSession, batch: Batch) -> None:
    """Marks that something in the batch changes: it is open again. Raises BatchBusy, BatchClosed."""
    following = rules.after(batch, rules.EDIT)
    if batch.status != following:
        await batches.set_status(session, batch.id, following)


async def add_to_batch(session: AsyncSession, batch: Batch) -> None:
    """Marks that entries are added to the batch; raises EntryReadOnly, and what edit_batch raises."""
    if batch.source not in rules.TYPED:
        raise EntryReadOnly(f"{batch.title} came by {batch.source}: nothing is typed into it.")
    await edit_batch(session, batch)


async def restrict(session: AsyncSession, batch: Batch, expected_revision: int, *, restricted: bool) -> None:
    """Keeps the batch for its creator and administrators, or opens it for all; raises VersionStale, BatchClosed."""
    require_version(batch.revision, expected_revision, batch.title.rstrip(","))
    rules.after(batch, rules.EDIT)
    await batches.set_restricted(session, batch.id, restricted=restricted)


async def send_to_validation(session: AsyncSession, batch: Batch) -> None:
    """From now on the batch is being validated: a job does it. Raises BatchBusy, BatchClosed."""
    await batches.set_status(session, batch.id, rules.after(batch, rules.VALIDATE))


async def validate_part(session: AsyncSession, worker: str, today: date) -> bool:
    """Validates the batch that the worker has claimed, or claims the next; False when none waits."""
    batch = await batches.take_claimed(session, worker)
    if batch is None:
        return await batches.claim_validation(session, worker)
    await _validate(session, batch, today)
    return True


async def _validate(session: AsyncSession, batch: Batch, today: date) -> None:
    """Validates a batch, and writes what is found and the state that follows."""
    all_entries = await rows.read(session, batch.id)
    book = await book_of_batch(session, batch.ar_company, batch.id, all_entries, today)
    limited = {one.id for one in book.customers.values() if one.credit_limit is not None}
    around = Environment(
        await facts.numbers_in_use(session, batch.ar_company, numbers_typed(all_entries)),
        await facts.exposures(session, limited, batch.id),
    )
    findings = validate(batch, book, all_entries, around)
    await batches.replace_findings(session, batch.id, findings)
    await batches.set_status(session, batch.id, rules.verdict(findings))


async def list_findings(session: AsyncSession, batch: Batch) -> list[Finding]:
    """What the last validation of a batch found."""
    return await batches.list_findings(session, batch.id)


async def clear(session: AsyncSession, batch: Batch) -> None:
    """Deletes the new entries of a batch, releases what it held, and cancels it; raises BatchBusy, BatchClosed."""
    following = rules.after(batch, rules.CLEAR)
    if batch.source == rules.RATING:
        waiting = await rows.read(session, batch.id)
        await answer_removed(session, batch, waiting, f"{batch.title} where it waited was cleared")
    await rows.remove(session, batch.id)
    await batches.replace_findings(session, batch.id, [])
    await batches.set_status(session, batch.id, following)


async def reopen_interrupted(session: AsyncSession, after_seconds: float) -> list[int]:
    """Opens batches again whose validation was begun that long ago and is carried on by nobody."""
    return await batches.reopen_interrupted(session, after_seconds)
