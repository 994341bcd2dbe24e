"""Statements that send a run in chunks, one event each, and send chunks again that get no answer."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.exports.sending import Chunk, ChunkCandidate, UnansweredChunk, UnsentRun
from services.rating.store.exports.documents import DOCUMENT
from shared.contracts.invoice_export_requested import InvoiceExportRequested
from shared.contracts.invoice_withdrawal_requested import InvoiceWithdrawalRequested
from shared.database.statements import execute, fetch_all, fetch_one, fetch_value
from shared.events import outbox

_LONGEST_PATIENCE_SECONDS = 900.0
_IN_CHUNK = """
    e.run_id = chunk.run_id AND e.ar_company = chunk.ar_company AND e.outcome = 'waiting'
    AND e.invoice_id BETWEEN coalesce(chunk.first_invoice_id, 0)
                         AND coalesce(chunk.last_invoice_id, 9223372036854775807)
    AND (chunk.first_invoice_id IS NOT NULL OR e.chunk = chunk.position)
"""
"""The invoices of a chunk that have no answer. Chunks of older releases have no range; their invoices name them."""


async def lock_unsent_run(session: AsyncSession, without: Sequence[int] = ()) -> UnsentRun | None:
    """Locks the oldest run that is not completely sent, and returns it."""
    return await fetch_one(
        session,
        UnsentRun,
        """
        SELECT id, status FROM export_run
        WHERE finished_at IS NULL AND status IN ('preparing', 'sending') AND id <> ALL(CAST(:without AS bigint[]))
        ORDER BY id LIMIT 1 FOR NO KEY UPDATE
        """,
        without=list(without),
    )


async def candidates(session: AsyncSession, run_id: int) -> list[ChunkCandidate]:
    """The invoices of the run, which are to be split into chunks."""
    return await fetch_all(
        session,
        ChunkCandidate,
        "SELECT invoice_id, attempt, ar_company, orders, document_bytes FROM export_invoice WHERE run_id = :run_id",
        run_id=run_id,
    )


async def save_chunks(session: AsyncSession, run_id: int, chunks: Sequence[Chunk]) -> None:
    """Saves the chunks of the run, each with the range of its invoices, and changes the run to `sending`."""
    await execute(
        session,
        """
        INSERT INTO export_chunk (run_id, position, ar_company, first_invoice_id, last_invoice_id)
        SELECT :run_id, position, ar_company, first, last
        FROM unnest(CAST(:companies AS int[]), CAST(:first AS bigint[]), CAST(:last AS bigint[]))
            WITH ORDINALITY AS chunk (ar_company, first, last, position)
        """,
        run_id=run_id,
        companies=[chunk.ar_company for chunk in chunks],
        first=[chunk.first_invoice_id for chunk in chunks],
        last=[chunk.last_invoice_id for chunk in chunks],
    )
    await execute(session, "UPDATE export_run SET status = 'sending' WHERE id = :run_id", run_id=run_id)


async def next_chunk(session: AsyncSession, run_id: int) -> int | None:
    """The position of the first chunk of the run that was not sent yet, or None."""
    position: int | None = await fetch_value(
        session,
        "SELECT position FROM export_chunk WHERE run_id = :run_id AND sent_at IS NULL ORDER BY position LIMIT 1",
        run_id=run_id,
    )
    return position


async def send_chunk(session: AsyncSession, run_id: int, position: int) -> None:
    """Appends the event that asks receivables to book the invoices of the chunk that have no answer yet."""
    await outbox.append_selected(
        session,
        InvoiceExportRequested,
        f"""
        SELECT json_build_object(
            'run_id', run.id, 'run_uuid', run.run_uuid, 'ar_company', chunk.ar_company, 'month', run.month, 'invoice_date', run.invoice_date,
            'requested_by', run.requested_by, 'invoices', documents.list) AS data
        FROM export_run run
        JOIN export_chunk chunk ON chunk.run_id = run.id AND chunk.position = :position
        JOIN LATERAL (
            SELECT json_agg(one.document ORDER BY one.id) AS list
            FROM (
                SELECT i.id, {DOCUMENT} AS document
                FROM export_invoice e
                JOIN invoice i ON i.id = e.invoice_id
                JOIN work_order w ON w.invoice_id = i.id
                JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
                WHERE {_IN_CHUNK}
                GROUP BY i.id
            ) AS one
        ) AS documents ON documents.list IS NOT NULL
        WHERE run.id = :run_id
        """,
        run_id=run_id,
        position=position,
    )
    await execute(
        session,
        """
        UPDATE export_chunk SET sent_at = now(), requests = requests + 1
        WHERE run_id = :run_id AND position = :position
        """,
        run_id=run_id,
        position=position,
    )


async def mark_sent(session: AsyncSession, run_id: int) -> None:
    """Changes a run to `waiting` after its last chunk was sent."""
    await execute(
        session, "UPDATE export_run SET status = 'waiting' WHERE id = :run_id AND status = 'sending'", run_id=run_id
    )


async def lock_unanswered_chunk(
    session: AsyncSession, patience_seconds: float, without: Sequence[int] = ()
) -> UnansweredChunk | None:
    """Locks a chunk that was sent too long ago and still has invoices without an answer, and returns it.

    Too long is `patience_seconds` after the first request, twice as long after each further one, and 15 minutes at
    most. While a request waits to be published, the broker is down, and a second one would only wait behind it.
    Invoices that wait in a batch in receivables are not sent again, because they can wait there for days.
    """
    return await fetch_one(
        session,
        UnansweredChunk,
        f"""
        SELECT chunk.run_id, chunk.position
        FROM export_chunk chunk JOIN export_run run ON run.id = chunk.run_id
        WHERE run.finished_at IS NULL AND run.id <> ALL(CAST(:without AS bigint[]))
          AND chunk.sent_at < now() - make_interval(
              secs => greatest(:patience, least(:patience * 2 ^ least(chunk.requests - 1, 10), :longest)))
          AND NOT EXISTS (SELECT FROM outbox WHERE published_at IS NULL AND event_name = :request)
          AND EXISTS (SELECT FROM export_invoice e WHERE {_IN_CHUNK} AND e.ar_batch IS NULL)
        ORDER BY chunk.sent_at LIMIT 1 FOR NO KEY UPDATE OF chunk SKIP LOCKED
        """,
        without=list(without),
        patience=patience_seconds,
        longest=_LONGEST_PATIENCE_SECONDS,
        request=InvoiceExportRequested.event_name(),
    )


async def request_withdrawal(session: AsyncSession, run_id: int, invoice_ids: Sequence[int] | None) -> int:
    """Appends the events that withdraw invoices without an answer, and returns how many there are.

    `invoice_ids` limits this to some invoices of the run.
    """
    waiting = await execute(
        session,
        """
        UPDATE export_invoice SET withdrawal_requested_at = now()
        WHERE run_id = :run_id AND outcome = 'waiting'
          AND (CAST(:invoice_ids AS bigint[]) IS NULL OR invoice_id = ANY(CAST(:invoice_ids AS bigint[])))
        """,
        run_id=run_id,
        invoice_ids=None if invoice_ids is None else list(invoice_ids),
    )
    await outbox.append_selected(
        session,
        InvoiceWithdrawalRequested,
        """
        SELECT json_build_object('run_id', CAST(:run_id AS bigint),
            'run_uuid', (SELECT run_uuid FROM export_run WHERE id = :run_id), 'ar_company', part.ar_company,
            'invoices', json_agg(json_build_object(
                'invoice_id', part.invoice_id, 'attempt', part.attempt,
                'orders', (SELECT json_agg(json_build_object(
                               'work_order_id', o.work_order_id, 'version', o.version, 'attempt', o.attempt))
                           FROM export_order o
                           WHERE o.invoice_id = part.invoice_id AND o.invoice_attempt = part.attempt)
            ) ORDER BY part.invoice_id)) AS data
        FROM (
            SELECT ar_company, invoice_id, attempt,
                   (row_number() OVER (PARTITION BY ar_company ORDER BY invoice_id) - 1) / 500 AS part
            FROM export_invoice
            WHERE run_id = :run_id AND outcome = 'waiting' AND withdrawal_requested_at = now()
        ) AS part
        GROUP BY part.ar_company, part.part
        """,
        run_id=run_id,
    )
    return waiting
