"""The rows of batches and of the findings of their validation."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.batches import (
    Batch,
    BatchDetails,
    BatchFilter,
    BatchHead,
    BatchRow,
    BatchStatus,
    Finding,
    FindingTotals,
)
from services.receivables.store import posting
from shared.access.grants import Scope
from shared.audit import history
from shared.audit.changes import changes_between
from shared.database.pages import PageQuery, Sorting, Where, fetch_list_count, fetch_page
from shared.database.scope import scope_condition
from shared.database.statements import copy_rows, execute, fetch_all, fetch_one, fetch_value, fetch_values
from shared.values.fields import field_names

KIND = "batch"
_BATCH = ", ".join(f"b.{name}" for name in field_names(Batch))
_HEAD = ", ".join(f"b.{name}" for name in field_names(BatchHead))
_POSTED_SIDES = {"branch": "t.branch", "customer": "c.number", "ar_company": "t.ar_company"}
_ENTERED_SIDES = {"branch": "e.branch", "customer": "c.number", "ar_company": "b.ar_company"}


def visible(scope: Scope) -> Where:
    """A batch is visible if everything in it is, posted or not.

    An entry without a branch is outside every limit to branches, because the comparison is then neither true nor false.
    """
    where = Where()
    if not scope.limits:
        return where
    posted, parameters = scope_condition(scope, **_POSTED_SIDES)
    entered, _ = scope_condition(scope, **_ENTERED_SIDES)
    company, _ = scope_condition(scope, branch=None, customer=None, ar_company="b.ar_company")
    where.terms.append(company)
    where.terms.append(
        f"""
        NOT EXISTS (SELECT FROM ar_transaction t JOIN customer c ON c.id = t.customer_id
                    WHERE t.batch_id = b.id AND {posted} IS NOT TRUE)
        AND NOT EXISTS (SELECT FROM batch_entry e JOIN customer c ON c.id = e.customer_id
                        WHERE e.batch_id = b.id AND {entered} IS NOT TRUE)
        """
    )
    where.parameters.update(parameters)
    return where


async def find(session: AsyncSession, scope: Scope, batch_id: int, *, lock: bool = False) -> Batch | None:
    """The batch within the scope, or None. With `lock`, other changes of it wait until this transaction ends."""
    where = visible(scope).add("b.id = :id", id=batch_id)
    locking = "FOR NO KEY UPDATE OF b" if lock else ""
    statement = f"SELECT {_BATCH} FROM batch b WHERE {where.sql} {locking}"
    return await fetch_one(session, Batch, statement, **where.parameters)


async def insert(
    session: AsyncSession,
    ar_company: int,
    month: str,
    source: str,
    created_by: str,
    details: BatchDetails,
    *,
    run_id: int | None = None,
) -> int:
    """Creates an open batch and returns its id."""
    number = await posting.take_numbers(session, ar_company, f"batch {month}", 1)
    batch_id: int = await fetch_value(
        session,
        """
        INSERT INTO batch (ar_company, month, number, source, status, restricted, created_by, run_id, description,
                           control_total, control_count)
        VALUES (:ar_company, :month, :number, :source, 'open', :restricted, :created_by, :run_id, :description,
                :control_total, :control_count)
        RETURNING id
        """,
        ar_company=ar_company,
        month=month,
        number=number,
        source=source,
        created_by=created_by,
        run_id=run_id,
        **vars(details),
    )
    await history.note_one(session, KIND, history.key_of(batch_id), "created")
    return batch_id


async def set_status(session: AsyncSession, batch_id: int, status: str, *, sent_by: str | None = None) -> None:
    """Sets the status of a batch, and who submitted it if `sent_by` is given."""
    before = await fetch_value(
        session,
        """
        UPDATE batch SET status = :status, claimed_at = NULL, claimed_by = NULL, revision = batch.revision + 1,
               sent_by = coalesce(CAST(:sent_by AS text), batch.sent_by)
        FROM (SELECT id, status FROM batch WHERE id = :id FOR NO KEY UPDATE) AS before WHERE batch.id = before.id
        RETURNING before.status
        """,
        id=batch_id,
        status=status,
        sent_by=sent_by,
    )
    changes = changes_between({"status": before}, {"status": status})
    await history.note_one(session, KIND, history.key_of(batch_id), "changed", changes)


async def set_details(session: AsyncSession, batch_id: int, details: BatchDetails) -> None:
    """Sets what clerks say about a batch."""
    before = await fetch_one(
        session, BatchDetails, f"SELECT {', '.join(field_names(BatchDetails))} FROM batch WHERE id = :id", id=batch_id
    )
    await history.note_one(session, KIND, history.key_of(batch_id), "changed", changes_between(before, details))
    await execute(
        session,
        """
        UPDATE batch SET restricted = :restricted, description = :description, control_total = :control_total,
               control_count = :control_count, revision = revision + 1
        WHERE id = :id
        """,
        id=batch_id,
        **vars(details),
    )


async def submitter_of(session: AsyncSession, batch_id: int) -> str:
    """The user who submitted the batch for posting."""
    submitter: str = await fetch_value(
        session, "SELECT coalesce(sent_by, created_by) FROM batch WHERE id = :id", id=batch_id
    )
    return submitter


SORTING = Sorting({"id": ("b.id", "bigint"), "month": ("b.month", "text")}, default="-id", key="b.id")


async def list_batches(
    session: AsyncSession, scope: Scope, filters: BatchFilter, query: PageQuery, name: str
) -> tuple[list[BatchRow], str | None, int | None]:
    """One page of batches, the cursor of the next page, and how many match. `name` is the caller."""
    where = (
        visible(scope)
        .add("b.ar_company = :ar_company", ar_company=filters.ar_company)
        .add("b.month = :month", month=filters.month)
        .add("b.source = :source", source=filters.source)
        .one_of("b.status", "status", filters.status)
        .add("lower(b.created_by) = lower(:created_by)", created_by=filters.created_by)
        .add("b.run_id = :run_id", run_id=filters.run_id)
    )
    if filters.mine is not None:
        where.add(f"lower(b.created_by) {'=' if filters.mine else '<>'} lower(:name)", name=name)
    rows, cursor = await fetch_page(
        session,
        BatchRow,
        columns=f"{_HEAD}, {_CONTENT}",
        source="batch b",
        where=where,
        sorting=SORTING,
        query=query,
    )
    return rows, cursor, await fetch_list_count(session, "batch b", where, query)


_CONTENT = """
    (SELECT count(*) FROM batch_entry e WHERE e.batch_id = b.id) AS entries,
    (SELECT coalesce(sum(l.amount), 0.00) FROM batch_line l WHERE l.batch_id = b.id) AS entered,
    b.posted_count AS transactions, b.posted_total AS total,
    (SELECT count(*) FROM batch_finding f WHERE f.batch_id = b.id AND f.severity = 'error') AS errors,
    (SELECT count(*) FROM batch_finding f WHERE f.batch_id = b.id AND f.severity = 'warning') AS warnings
"""


async def find_row(session: AsyncSession, scope: Scope, batch_id: int) -> BatchRow | None:
    """A batch within the scope with the sums of its entries, or None."""
    where = visible(scope).add("b.id = :id", id=batch_id)
    statement = f"SELECT {_HEAD}, {_CONTENT} FROM batch b WHERE {where.sql}"
    return await fetch_one(session, BatchRow, statement, **where.parameters)


@dataclass(frozen=True)
class Content:
    """How many entries a batch has, and the sum of their absolute amounts."""

    entries: int
    size: Decimal


async def content(session: AsyncSession, batch_id: int) -> Content:
    """The number and size of the entries in a batch."""
    found = await fetch_one(
        session,
        Content,
        """
        SELECT (SELECT count(*) FROM batch_entry e WHERE e.batch_id = :id) AS entries,
               (SELECT coalesce(sum(abs(l.amount)), 0.00) FROM batch_line l WHERE l.batch_id = :id) AS size
        """,
        id=batch_id,
    )
    assert found is not None
    return found


@dataclass(frozen=True)
class _Counted:
    status: BatchStatus
    count: int


async def count_waiting(session: AsyncSession, scope: Scope) -> dict[BatchStatus, int]:
    """How many batches within the scope are neither posted, cancelled nor in work, by status."""
    where = visible(scope)
    found = await fetch_all(
        session,
        _Counted,
        f"""
        SELECT b.status, count(*) AS count FROM batch b
        WHERE b.status IN ('open', 'errors', 'warnings', 'valid', 'awaiting_approval') AND {where.sql} GROUP BY b.status
        """,
        **where.parameters,
    )
    return {counted.status: counted.count for counted in found}


async def claim_validation(session: AsyncSession, worker: str) -> bool:
    """Claims the next batch to validate for the worker. Returns False if no batch is waiting."""
    claimed = await execute(
        session,
        """
        UPDATE batch SET claimed_at = now(), claimed_by = :worker WHERE id = (
            SELECT id FROM batch WHERE status = 'validating' AND claimed_by IS NULL
            ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
        """,
        worker=worker,
    )
    return claimed > 0


async def take_claimed(session: AsyncSession, worker: str) -> Batch | None:
    """The batch that the worker has claimed, locked until this transaction ends, or None."""
    return await fetch_one(
        session,
        Batch,
        f"""
        SELECT {_BATCH} FROM batch b WHERE b.status = 'validating' AND b.claimed_by = :worker
        ORDER BY b.id LIMIT 1 FOR NO KEY UPDATE
        """,
        worker=worker,
    )


async def reopen_interrupted(session: AsyncSession, after_seconds: float) -> list[int]:
    """Opens batches again whose validation was claimed at least this long ago and never finished. Returns their ids."""
    return await fetch_values(
        session,
        """
        UPDATE batch SET status = 'open', claimed_at = NULL, claimed_by = NULL, revision = revision + 1 WHERE id IN (
            SELECT id FROM batch
            WHERE status = 'validating' AND claimed_at < now() - make_interval(secs => :seconds)
            FOR NO KEY UPDATE SKIP LOCKED)
        RETURNING id
        """,
        seconds=after_seconds,
    )


async def take_posting(session: AsyncSession, without: Sequence[int] = ()) -> Batch | None:
    """The next batch to post, locked until this transaction ends, or None."""
    return await fetch_one(
        session,
        Batch,
        f"""
        SELECT {_BATCH} FROM batch b WHERE b.status = 'posting' AND b.id <> ALL(CAST(:without AS bigint[]))
        ORDER BY b.id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
        """,
        without=list(without),
    )


async def replace_findings(session: AsyncSession, batch_id: int, findings: Sequence[Finding]) -> None:
    """Replaces the findings of a batch."""
    await execute(session, "DELETE FROM batch_finding WHERE batch_id = :id", id=batch_id)
    numbered = [_Numbered(position, finding) for position, finding in enumerate(findings, start=1)]
    names = ("position", *(f"finding.{field.name}" for field in fields(Finding)))
    await copy_rows(session, "batch_finding", names, numbered, batch_id=batch_id)


async def remove_finding(session: AsyncSession, batch_id: int, rule: str) -> None:
    """Removes the findings of one rule from a batch."""
    await execute(session, "DELETE FROM batch_finding WHERE batch_id = :id AND rule = :rule", id=batch_id, rule=rule)


@dataclass(frozen=True)
class _Numbered:
    position: int
    finding: Finding


async def list_findings(session: AsyncSession, batch_id: int) -> list[Finding]:
    """The findings of a batch, in the order of validation."""
    return await fetch_all(
        session,
        Finding,
        """
        SELECT seq, line, field, rule, severity, detail FROM batch_finding WHERE batch_id = :id ORDER BY position
        """,
        id=batch_id,
    )


FINDING_SORTING = Sorting({"position": ("f.position", "int")}, default="position", key="f.position")


async def page_of_findings(
    session: AsyncSession, batch_id: int, query: PageQuery
) -> tuple[list[Finding], str | None, FindingTotals | None]:
    """One page of the findings of a batch, the cursor of the next page, and how many there are of each severity."""
    source, where = "batch_finding f", Where().add("f.batch_id = :batch_id", batch_id=batch_id)
    columns = ", ".join(f"f.{field.name}" for field in fields(Finding))
    found, cursor = await fetch_page(
        session, Finding, columns=columns, source=source, where=where, sorting=FINDING_SORTING, query=query
    )
    if not query.totals:
        return found, cursor, None
    counted = "count(*) FILTER (WHERE f.severity = '{}')"
    totals = await fetch_one(
        session,
        FindingTotals,
        f"""
        SELECT {counted.format("error")} AS errors, {counted.format("warning")} AS warnings
        FROM {source} WHERE {where.sql}
        """,
        **where.parameters,
    )
    return found, cursor, totals


async def waiting_in(session: AsyncSession, ar_company: int, month: str) -> list[int]:
    """The numbers of the batches of a month that are neither posted nor cancelled."""
    return await fetch_values(
        session,
        """
        SELECT number FROM batch
        WHERE ar_company = :ar_company AND month = :month AND status NOT IN ('posted', 'cancelled') ORDER BY number
        """,
        ar_company=ar_company,
        month=month,
    )
