"""Posting: lines, transactions and GL rows are written with one COPY each, and numbers come in blocks."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.records.ar_companies import ArCompany
from services.receivables.rules.batches import BatchSource
from services.receivables.rules.entries.numbers import next_numbers
from services.receivables.rules.posting import (
    NewDistribution,
    NewLine,
    NewMiscDistribution,
    NewTransaction,
    NumberedTransaction,
    Numbers,
    Posting,
    number_transactions,
)
from shared.database.statements import copy_rows, execute, fetch_value, fetch_values

_NUMBERS = ("number", "seq", "invoice_number")
_DISTRIBUTION = NewDistribution._fields
_MISC = tuple(field.name for field in fields(NewMiscDistribution))


def _transaction_columns(transaction: NewTransaction) -> tuple[str, ...]:
    return (*_NUMBERS, *(f"transaction.{field.name}" for field in fields(transaction) if field.name not in _NUMBERS))


def _line_columns(line: NewLine) -> tuple[str, ...]:
    return tuple(field.name for field in fields(line))


async def open_batch(
    session: AsyncSession, ar_company: int, month: str, source: str, created_by: str, run_id: int | None = None
) -> int:
    """The id of the posted batch of an export run in this month, or of a new batch, which is posted immediately."""
    if run_id is not None:
        # Two chunks of the same run may create its batch at the same time, so look again after locking the counter.
        if (known := await _batch_of_run(session, ar_company, month, run_id)) is not None:
            return known
        await take_numbers(session, ar_company, f"batch {month}", 0)
        if (known := await _batch_of_run(session, ar_company, month, run_id)) is not None:
            return known
    number = await take_numbers(session, ar_company, f"batch {month}", 1)
    batch_id: int = await fetch_value(
        session,
        """
        INSERT INTO batch (ar_company, month, number, source, status, run_id, created_by)
        VALUES (:ar_company, :month, :number, :source, 'posted', :run_id, :created_by) RETURNING id
        """,
        ar_company=ar_company,
        month=month,
        number=number,
        source=source,
        run_id=run_id,
        created_by=created_by,
    )
    return batch_id


async def _batch_of_run(session: AsyncSession, ar_company: int, month: str, run_id: int) -> int | None:
    batch_id: int | None = await fetch_value(
        session,
        """
        SELECT id FROM batch WHERE ar_company = :ar_company AND month = :month AND run_id = :run_id
          AND source = 'rating' AND status = 'posted'
        ORDER BY id LIMIT 1
        """,
        ar_company=ar_company,
        month=month,
        run_id=run_id,
    )
    return batch_id


async def take_numbers(session: AsyncSession, ar_company: int, series: str, count: int) -> int:
    """Takes a block of `count` numbers and returns the first. With a count of 0 it only locks the counter.

    The counter stays locked until the transaction ends, so that the numbers have no gaps. Take numbers after all
    checks, just before the rows are written.
    """
    last: int = await fetch_value(
        session,
        """
        INSERT INTO number_series (ar_company, series, last_number) VALUES (:ar_company, :series, :count)
        ON CONFLICT (ar_company, series) DO UPDATE SET last_number = number_series.last_number + :count
        RETURNING last_number
        """,
        ar_company=ar_company,
        series=series,
        count=count,
    )
    return last - count + 1


async def take_seqs(session: AsyncSession, batch_id: int, count: int) -> int:
    """Takes the next `count` sequence numbers of a batch and returns the first."""
    last: int = await fetch_value(
        session,
        "UPDATE batch SET last_seq = last_seq + :count WHERE id = :batch_id RETURNING last_seq",
        batch_id=batch_id,
        count=count,
    )
    return last - count + 1


async def take_ids(session: AsyncSession, count: int) -> list[int]:
    """Takes the ids of `count` new transactions."""
    return await fetch_values(
        session, "SELECT nextval('ar_transaction_id_seq') FROM generate_series(1, :count)", count=count
    )


async def post(
    session: AsyncSession,
    posting: Posting,
    *,
    ar_company: int,
    gl_company: int,
    month: str,
    batch_id: int,
    posted_by: str,
    posted_at: datetime,
) -> list[NumberedTransaction]:
    """Writes a posting table by table, and returns its transactions with their numbers.

    Lines and GL rows are written before the numbers are taken, because others who need numbers wait from then on until
    this transaction ends. The database rejects a posting whose GL rows do not balance, are not those of its
    transactions, or whose month is closed.
    """
    await execute(session, "SET CONSTRAINTS ar_line_transaction_id_fkey DEFERRED")
    if posting.lines:
        await copy_rows(session, "ar_line", _line_columns(posting.lines[0]), posting.lines)
    await copy_rows(
        session, "gl_distribution", _DISTRIBUTION, posting.distributions, gl_company=gl_company, month=month
    )
    numbered = number_transactions(
        posting.transactions, await _take_block(session, posting, ar_company, month, batch_id)
    )
    await copy_rows(
        session,
        "ar_transaction",
        _transaction_columns(posting.transactions[0]),
        numbered,
        ar_company=ar_company,
        month=month,
        batch_id=batch_id,
        posted_by=posted_by,
        posted_at=posted_at,
    )
    await execute(session, "SET CONSTRAINTS ar_line_transaction_id_fkey IMMEDIATE")
    await copy_rows(session, "ar_misc_distribution", _MISC, posting.misc)
    return numbered


async def post_alone(
    session: AsyncSession,
    make: Callable[[int], Posting],
    *,
    company: ArCompany,
    month: str,
    source: BatchSource,
    posted_by: str,
    posted_at: datetime,
) -> NumberedTransaction:
    """Posts a single transaction in its own batch. `make` creates the posting from the id of the transaction."""
    (transaction_id,) = await take_ids(session, 1)
    (posted,) = await post(
        session,
        make(transaction_id),
        ar_company=company.number,
        gl_company=company.gl_company,
        month=month,
        batch_id=await open_batch(session, company.number, month, source, posted_by),
        posted_by=posted_by,
        posted_at=posted_at,
    )
    return posted


async def _take_block(session: AsyncSession, posting: Posting, ar_company: int, month: str, batch_id: int) -> Numbers:
    count = len(posting.transactions)
    invoices = sum(transaction.invoice_number is None for transaction in posting.transactions)
    seqs = posting.seqs
    if seqs is None:
        first = await take_seqs(session, batch_id, count)
        seqs = range(first, first + count)
    return Numbers(
        seqs=seqs,
        invoices=await take_invoice_numbers(session, ar_company, invoices) if invoices else (),
        transaction=await take_numbers(session, ar_company, f"transaction {month}", count),
    )


async def take_invoice_numbers(session: AsyncSession, ar_company: int, count: int) -> Sequence[int]:
    """Takes the next `count` automatic invoice numbers. Numbers in use are skipped and recorded.

    Those are the numbers that clerks entered before, unless their invoice was deleted, and those of bills of job billing
    that are not interfaced yet, whatever their state, in every JB company that uses the AR company.
    Source: receivables, section 2.9.
    """
    first = await take_numbers(session, ar_company, "invoice", count)
    typed: set[int] = set(await fetch_values(session, _TYPED_NUMBERS, ar_company=ar_company, first=first))
    numbers = next_numbers(first, count, typed)
    skipped = [number for number in range(first, numbers[-1]) if number in typed]
    if skipped:
        await take_numbers(session, ar_company, "invoice", len(skipped))
        await execute(
            session,
            "INSERT INTO skipped_number (ar_company, number) SELECT :ar_company, unnest(CAST(:numbers AS bigint[]))",
            ar_company=ar_company,
            numbers=skipped,
        )
    return numbers


# Entered invoice numbers may contain letters; CASE applies the cast only to those that are numeric.
_TYPED_NUMBERS = """
    SELECT number FROM (
        SELECT CASE WHEN typed ~ '^[0-9]{1,18}$' THEN CAST(typed AS bigint) END AS number FROM (
            SELECT t.invoice_number AS typed FROM ar_transaction t
            WHERE t.ar_company = :ar_company AND t.number_typed AND t.action = 'add'
              AND NOT EXISTS (SELECT FROM ar_transaction d WHERE d.changes_id = t.id AND d.action = 'delete')
            UNION ALL
            SELECT e.invoice_number FROM batch_entry e JOIN batch b ON b.id = e.batch_id
            WHERE b.ar_company = :ar_company AND e.number_typed AND NOT e.posted AND e.invoice_number IS NOT NULL
            UNION ALL
            SELECT j.invoice_number FROM job_billing j JOIN jb_company k ON k.number = j.jb_company
            WHERE k.ar_company = :ar_company AND NOT j.interfaced
        ) AS all_typed
    ) AS numbers
    WHERE number >= :first
"""
