"""Posting: numbers taken in blocks, then transactions, lines and GL rows, each by one statement."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.posting import Numbers, Posting
from shared.database import columns, execute, fetch_value

_TRANSACTION_TYPES = {
    "number": "bigint",
    "seq": "int",
    "type": "text",
    "customer_id": "bigint",
    "invoice_number": "text",
    "receivable_type": "int",
    "ar_account": "text",
    "invoice_date": "date",
    "due_on": "date",
    "branch": "text",
    "net": "numeric",
    "tax": "numeric",
    "total": "numeric",
    "gl_rows": "int",
    "applies_to_id": "bigint",
    "rating_invoice_id": "bigint",
    "rating_attempt": "int",
    "disposition": "text",
    "reason": "text",
}
_LINE_TYPES = {
    "line": "int",
    "description": "text",
    "gl_account": "text",
    "quantity": "numeric",
    "unit_rate": "numeric",
    "amount": "numeric",
    "tax": "numeric",
    "taxable": "boolean",
    "work_order_id": "bigint",
    "work_order_number": "text",
    "work_order_version": "int",
    "work_order_attempt": "int",
    "applies_to_id": "bigint",
    "applies_to_line": "int",
}
_DISTRIBUTION_TYPES = {"position": "int", "line": "int", "account": "text", "debit": "numeric", "credit": "numeric"}


def _unnest(types: dict[str, str]) -> str:
    return ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in types.items())


async def open_batch(
    session: AsyncSession, ar_company: int, month: str, source: str, created_by: str, run_id: int | None = None
) -> int:
    """The batch of a rating run in this month, or a new batch; returns its id. It counts as posted at once."""
    if run_id is not None:
        known: int | None = await fetch_value(
            session,
            "SELECT id FROM batch WHERE ar_company = :ar_company AND month = :month AND run_id = :run_id",
            ar_company=ar_company,
            month=month,
            run_id=run_id,
        )
        if known is not None:
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


async def take_numbers(session: AsyncSession, ar_company: int, series: str, count: int) -> int:
    """Takes a block of `count` numbers and returns the first.

    The counter row stays locked until the transaction ends, so that the numbers have no gaps: take them after all
    checks, directly before the rows are written.
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


async def take_block(session: AsyncSession, ar_company: int, month: str, batch_id: int, count: int) -> Numbers:
    """Sequence, invoice and transaction numbers for `count` new invoices."""
    return Numbers(
        seq=await take_seqs(session, batch_id, count),
        invoice=await take_numbers(session, ar_company, "invoice", count),
        transaction=await take_numbers(session, ar_company, f"transaction {month}", count),
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
) -> list[int]:
    """Writes a posting in three statements and returns the ids of its transactions.

    The database refuses it when its GL rows do not balance or the month is closed.
    """
    named = ", ".join(_TRANSACTION_TYPES)
    made = await session.execute(
        text(
            f"""
            INSERT INTO ar_transaction (ar_company, month, batch_id, posted_by, posted_at, {named})
            SELECT :ar_company, :month, :batch_id, :posted_by, :posted_at, {named}
            FROM unnest({_unnest(_TRANSACTION_TYPES)}) AS new ({named})
            RETURNING id, number
            """
        ),
        {
            "ar_company": ar_company,
            "month": month,
            "batch_id": batch_id,
            "posted_by": posted_by,
            "posted_at": posted_at,
            **columns(posting.transactions, *_TRANSACTION_TYPES),
        },
    )
    ids = {row.number: row.id for row in made}
    named = ", ".join(_LINE_TYPES)
    await execute(
        session,
        f"""
        INSERT INTO ar_line (transaction_id, {named})
        SELECT * FROM unnest(CAST(:transaction_id AS bigint[]), {_unnest(_LINE_TYPES)})
        """,
        transaction_id=[ids[line.number] for line in posting.lines],
        **columns(posting.lines, *_LINE_TYPES),
    )
    named = ", ".join(_DISTRIBUTION_TYPES)
    await execute(
        session,
        f"""
        INSERT INTO gl_distribution (gl_company, month, transaction_id, {named})
        SELECT :gl_company, :month, transaction_id, {named}
        FROM unnest(CAST(:transaction_id AS bigint[]), {_unnest(_DISTRIBUTION_TYPES)}) AS new (transaction_id, {named})
        """,
        gl_company=gl_company,
        month=month,
        transaction_id=[ids[row.number] for row in posting.distributions],
        **columns(posting.distributions, *_DISTRIBUTION_TYPES),
    )
    return list(ids.values())
