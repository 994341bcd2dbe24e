"""Hand-overs from rating: the facts to decide them, their outcomes, and the answers."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.records.pay_terms import PayTerms
from services.receivables.records.tax_codes import TaxCode
from services.receivables.rules.batches import RESTING
from services.receivables.rules.exported_invoices.booking import BookingFacts, CustomerFacts
from services.receivables.rules.exported_invoices.hand_overs import (
    BATCHED,
    BOOKED,
    BatchedEntry,
    DecidedOrder,
    HandedChunk,
    HandedInvoice,
    Outcome,
    WithdrawnInvoice,
)
from services.receivables.store import ar_companies
from services.receivables.store.records import PAY_TERMS, RECEIVABLE_TYPES, TAX_CODES
from shared.contracts.invoice_batched import InvoiceBatched
from shared.contracts.invoice_exported import InvoiceExported
from shared.contracts.invoice_refused import InvoiceRefused
from shared.database.statements import columns, copy_rows, execute, fetch_all, fetch_values
from shared.events import outbox
from shared.records.table import load_rows

_PAIRS = """
    unnest(CAST(:invoice_ids AS bigint[]), CAST(:attempts AS int[])) AS named (invoice_id, attempt)
"""


def _named(pairs: Sequence[tuple[int, int]]) -> dict[str, object]:
    return {
        "invoice_ids": [invoice_id for invoice_id, _ in pairs],
        "attempts": [attempt for _, attempt in pairs],
    }


async def booking_facts(session: AsyncSession, chunk: HandedChunk) -> BookingFacts:
    """Everything that decides a chunk, in six statements however large it is.

    The company stays share-locked: its months cannot be closed before this transaction ends.
    """
    company = await ar_companies.find_company(session, chunk.ar_company, lock="FOR SHARE")
    customers = await _customers(session, chunk.ar_company, sorted({one.bill_to for one in chunk.invoices}))
    types = await load_rows(session, RECEIVABLE_TYPES, ar_company=chunk.ar_company)
    accounts = await fetch_values(
        session,
        "SELECT account FROM gl_account WHERE gl_company = :gl_company AND active",
        gl_company=None if company is None else company.gl_company,
    )
    known = await outcomes(session, [one.key for one in chunk.invoices])
    orders = [order for invoice in chunk.invoices for order in invoice.orders]
    booked = await session.execute(
        text(
            """
            SELECT o.work_order_id, o.version
            FROM unnest(CAST(:order_ids AS bigint[]), CAST(:versions AS int[])) AS named (work_order_id, version)
            JOIN export_outcome_order o
                ON o.work_order_id = named.work_order_id AND o.version = named.version AND o.booked
            """
        ),
        {"order_ids": [one.work_order_id for one in orders], "versions": [one.version for one in orders]},
    )
    return BookingFacts(
        company=company,
        customers={one.number: one for one in customers},
        types={one.type: one for one in types},
        accounts=set(accounts),
        outcomes={(one.invoice_id, one.attempt): one for one in known},
        booked_versions={(row.work_order_id, row.version) for row in booked},
    )


async def _customers(session: AsyncSession, ar_company: int, numbers: Sequence[str]) -> list[CustomerFacts]:
    """The customers with their terms and tax, in one statement."""
    found = await session.execute(
        text(
            f"""
            SELECT c.id, c.number AS customer, c.status, c.receivable_type,
                   {", ".join(f"p.{name} AS terms_{name}" for name in PAY_TERMS.types)},
                   {", ".join(f"x.{name} AS tax_{name}" for name in TAX_CODES.types)}
            FROM customer c
            LEFT JOIN pay_terms p ON p.ar_company = c.ar_company AND p.code = c.pay_terms
            LEFT JOIN tax_code x ON x.ar_company = c.ar_company AND x.code = c.tax_code
            WHERE c.ar_company = :ar_company AND c.number = ANY(CAST(:numbers AS text[]))
            """
        ),
        {"ar_company": ar_company, "numbers": list(numbers)},
    )
    return [
        CustomerFacts(
            row["id"],
            row["customer"],
            row["status"],
            row["receivable_type"],
            TaxCode.model_construct(**{name: row[f"tax_{name}"] for name in TAX_CODES.types})
            if row["tax_code"]
            else None,
            PayTerms.model_construct(**{name: row[f"terms_{name}"] for name in PAY_TERMS.types})
            if row["terms_code"]
            else None,
        )
        for row in found.mappings()
    ]


async def outcomes(session: AsyncSession, pairs: Sequence[tuple[int, int]]) -> list[Outcome]:
    """What was decided before about the (invoice, attempt) pairs, and which of them wait in a batch."""
    return await fetch_all(
        session,
        Outcome,
        f"""
        SELECT e.invoice_id, e.attempt, e.outcome, e.reason, e.detail
        FROM {_PAIRS} JOIN export_outcome e ON e.invoice_id = named.invoice_id AND e.attempt = named.attempt
        UNION ALL
        SELECT e.rating_invoice_id, e.rating_attempt, '{BATCHED}', '', ''
        FROM {_PAIRS}
        JOIN batch_entry e ON e.rating_invoice_id = named.invoice_id AND e.rating_attempt = named.attempt AND NOT e.posted
        """,
        **_named(pairs),
    )


async def hold_run(session: AsyncSession, run_id: int) -> None:
    """Lets whoever batches or withdraws invoices of one export run take turns, until this transaction ends."""
    await execute(
        session,
        "SELECT pg_advisory_xact_lock(hashtextextended('export run ' || CAST(:run_id AS text), 0))",
        run_id=str(run_id),
    )


async def take_batch(session: AsyncSession, chunk: HandedChunk, count: int) -> tuple[int, int] | None:
    """Takes `count` seqs of the batch in which the run waits, which is open again; its id and the first seq.

    None when it has none, or the one that it has is being validated or posted, or is done.
    """
    found = await session.execute(
        text(
            """
            UPDATE batch SET last_seq = last_seq + :count, status = 'open', revision = revision + 1
            WHERE id = (SELECT id FROM batch
                        WHERE ar_company = :ar_company AND month = :month AND run_id = :run_id AND source = 'rating'
                          AND status = ANY(CAST(:resting AS text[]))
                        ORDER BY id LIMIT 1 FOR NO KEY UPDATE)
              AND status = ANY(CAST(:resting AS text[]))
            RETURNING id, last_seq
            """
        ),
        {
            "count": count,
            "ar_company": chunk.ar_company,
            "month": chunk.month,
            "run_id": chunk.run_id,
            "resting": sorted(RESTING),
        },
    )
    row = found.one_or_none()
    return None if row is None else (row.id, row.last_seq - count + 1)


async def hold_batches(session: AsyncSession, pairs: Sequence[tuple[int, int]]) -> list[BatchedEntry]:
    """Where hand-overs wait in a batch, with those batches held against whoever posts or changes them."""
    await execute(
        session,
        f"""
        SELECT b.id FROM batch b WHERE b.id IN (
            SELECT e.batch_id FROM {_PAIRS} JOIN batch_entry e
                ON e.rating_invoice_id = named.invoice_id AND e.rating_attempt = named.attempt AND NOT e.posted)
        ORDER BY b.id FOR NO KEY UPDATE
        """,
        **_named(pairs),
    )
    return await fetch_all(
        session,
        BatchedEntry,
        f"""
        SELECT e.batch_id, b.status AS batch_status, e.seq, e.rating_invoice_id AS invoice_id,
               e.rating_attempt AS attempt
        FROM {_PAIRS}
        JOIN batch_entry e ON e.rating_invoice_id = named.invoice_id AND e.rating_attempt = named.attempt AND NOT e.posted
        JOIN batch b ON b.id = e.batch_id
        """,
        **_named(pairs),
    )


async def answer_batched(session: AsyncSession, run_id: int, ar_company: int, pairs: Sequence[tuple[int, int]]) -> None:
    """Writes one `invoice-batched` for each batch in which hand-overs among the pairs wait."""
    await outbox.append_selected(
        session,
        InvoiceBatched,
        f"""
        SELECT json_build_object('run_id', CAST(:run_id AS bigint), 'ar_company', CAST(:ar_company AS int),
            'month', b.month, 'batch', b.number, 'invoices', json_agg(json_build_object(
                'invoice_id', e.rating_invoice_id, 'attempt', e.rating_attempt) ORDER BY e.seq)) AS data
        FROM {_PAIRS}
        JOIN batch_entry e ON e.rating_invoice_id = named.invoice_id AND e.rating_attempt = named.attempt AND NOT e.posted
        JOIN batch b ON b.id = e.batch_id
        GROUP BY b.id
        """,
        run_id=run_id,
        ar_company=ar_company,
        **_named(pairs),
    )


async def decide(
    session: AsyncSession, run_id: int, ar_company: int, decided: Sequence[Outcome]
) -> set[tuple[int, int]]:
    """Writes outcomes, and returns the pairs that were written; the others were decided by somebody else meanwhile.

    Whoever comes second waits here until the first has committed: booking and withdrawal exclude each other.
    """
    made = await session.execute(
        text(
            """
            INSERT INTO export_outcome (invoice_id, attempt, run_id, ar_company, outcome, reason, detail)
            SELECT invoice_id, attempt, :run_id, :ar_company, outcome, reason, detail
            FROM unnest(CAST(:invoice_id AS bigint[]), CAST(:attempt AS int[]), CAST(:outcome AS text[]),
                        CAST(:reason AS text[]), CAST(:detail AS text[]))
                AS new (invoice_id, attempt, outcome, reason, detail)
            ORDER BY invoice_id, attempt
            ON CONFLICT (invoice_id, attempt) DO NOTHING
            RETURNING invoice_id, attempt
            """
        ),
        {
            "run_id": run_id,
            "ar_company": ar_company,
            **columns(decided, "invoice_id", "attempt", "outcome", "reason", "detail"),
        },
    )
    return {(row.invoice_id, row.attempt) for row in made}


async def decide_orders(
    session: AsyncSession, invoices: Sequence[HandedInvoice | WithdrawnInvoice], outcome: str
) -> None:
    """Writes the orders of decided hand-overs; a version that is booked already violates the index of booked ones."""
    rows = [
        DecidedOrder(order.work_order_id, order.version, order.attempt, invoice.invoice_id, invoice.attempt)
        for invoice in invoices
        for order in invoice.orders
    ]
    names = ("work_order_id", "version", "attempt", "invoice_id", "invoice_attempt")
    await copy_rows(session, "export_outcome_order", names, rows, booked=outcome == BOOKED)


async def answer_exported(
    session: AsyncSession, run_id: int, ar_company: int, pairs: Sequence[tuple[int, int]]
) -> None:
    """Writes one `invoice-exported` for all booked hand-overs among the pairs."""
    await outbox.append_selected(
        session,
        InvoiceExported,
        f"""
        SELECT json_build_object('run_id', CAST(:run_id AS bigint), 'ar_company', CAST(:ar_company AS int),
            'invoices', json_agg(json_build_object(
                'invoice_id', t.rating_invoice_id, 'attempt', t.rating_attempt, 'number', t.invoice_number,
                'month', t.month, 'transaction', t.number, 'orders', orders.list,
                'net', t.net::text, 'tax', t.tax::text, 'total', t.total::text) ORDER BY t.id)) AS data
        FROM {_PAIRS}
        JOIN ar_transaction t ON t.rating_invoice_id = named.invoice_id AND t.rating_attempt = named.attempt
        JOIN LATERAL (
            SELECT json_agg(json_build_object('work_order_id', o.work_order_id, 'version', o.version,
                                              'attempt', o.attempt) ORDER BY o.work_order_id) AS list
            FROM export_outcome_order o
            WHERE o.invoice_id = named.invoice_id AND o.invoice_attempt = named.attempt
        ) AS orders ON true
        HAVING count(*) > 0
        """,
        run_id=run_id,
        ar_company=ar_company,
        **_named(pairs),
    )


async def answer_refused(session: AsyncSession, run_id: int, ar_company: int, pairs: Sequence[tuple[int, int]]) -> None:
    """Writes one `invoice-refused` for all refused and withdrawn hand-overs among the pairs."""
    await outbox.append_selected(
        session,
        InvoiceRefused,
        f"""
        SELECT json_build_object('run_id', CAST(:run_id AS bigint), 'ar_company', CAST(:ar_company AS int),
            'invoices', json_agg(json_build_object('invoice_id', e.invoice_id, 'attempt', e.attempt,
                'reason', e.reason, 'detail', e.detail) ORDER BY e.invoice_id)) AS data
        FROM {_PAIRS} JOIN export_outcome e ON e.invoice_id = named.invoice_id AND e.attempt = named.attempt
        WHERE e.outcome <> 'booked'
        HAVING count(*) > 0
        """,
        run_id=run_id,
        ar_company=ar_company,
        **_named(pairs),
    )
