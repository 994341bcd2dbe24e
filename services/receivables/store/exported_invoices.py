"""Hand-overs from rating: the facts for the decision, the outcomes, and the events that report them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.records.pay_terms import PayTerms
from services.receivables.records.tax_codes import TaxCode
from services.receivables.rules.batches import IDLE
from services.receivables.rules.exported_invoices.booking import BookingFacts, CustomerFacts
from services.receivables.rules.exported_invoices.hand_overs import (
    BATCHED,
    BOOKED,
    BatchedEntry,
    DecidedOrder,
    EarlierOutcome,
    HandedChunk,
    HandedInvoice,
    Outcome,
    WithdrawnInvoice,
)
from services.receivables.store import ar_companies
from services.receivables.store.records import PAY_TERMS, RECEIVABLE_TYPES, TAX_CODES
from shared.contracts.invoice_batched import InvoiceBatched
from shared.contracts.invoice_exported import InvoiceExported
from shared.contracts.invoice_refused import InvoiceRefused, RefusedInvoice
from shared.database.statements import copy_rows, execute, fetch_all, fetch_value, fetch_values, packed
from shared.events import outbox
from shared.records.table import load_rows

_KEYS = """
    unnest(CAST(CAST(:invoice_ids AS text) AS bigint[]), CAST(CAST(:attempts AS text) AS int[])) AS named (invoice_id, attempt)
"""


_RUN = """
    'run_id', CAST(:run_id AS bigint), 'run_uuid', (SELECT run_uuid FROM exported_run WHERE run_id = :run_id)
"""


def _key_parameters(keys: Sequence[tuple[int, int]]) -> dict[str, object]:
    return {
        "invoice_ids": packed(invoice_id for invoice_id, _ in keys),
        "attempts": packed(attempt for _, attempt in keys),
    }


async def booking_facts(session: AsyncSession, chunk: HandedChunk) -> BookingFacts:
    """Everything that decides a chunk, in eight statements for any size.

    The company is share-locked, so that its months cannot be closed before this transaction ends.
    """
    company = await ar_companies.find_company(session, chunk.ar_company, lock="FOR SHARE")
    customers = await _customers(session, chunk.ar_company, sorted({invoice.bill_to for invoice in chunk.invoices}))
    types = await load_rows(session, RECEIVABLE_TYPES, ar_company=chunk.ar_company)
    accounts = await fetch_values(
        session,
        "SELECT account FROM gl_account WHERE gl_company = :gl_company AND active",
        gl_company=None if company is None else company.gl_company,
    )
    known = await outcomes(session, [invoice.key for invoice in chunk.invoices])
    orders = [order for invoice in chunk.invoices for order in invoice.orders]
    booked = await session.execute(
        text(
            """
            SELECT o.work_order_id, o.version,
                   (SELECT min(l.work_order_number) FROM ar_line l
                    WHERE l.work_order_id = o.work_order_id AND l.work_order_version = o.version) AS number
            FROM unnest(CAST(CAST(:order_ids AS text) AS bigint[]), CAST(CAST(:versions AS text) AS int[]))
                AS named (work_order_id, version)
            JOIN export_outcome_order o
                ON o.work_order_id = named.work_order_id AND o.version = named.version AND o.booked
            """
        ),
        {
            "order_ids": packed(order.work_order_id for order in orders),
            "versions": packed(order.version for order in orders),
        },
    )
    attempts = await session.execute(
        text(
            """
            SELECT rating_invoice_id, rating_attempt FROM ar_transaction
            WHERE rating_invoice_id = ANY(CAST(CAST(:invoice_ids AS text) AS bigint[]))
            """
        ),
        {"invoice_ids": packed(invoice.invoice_id for invoice in chunk.invoices)},
    )
    return BookingFacts(
        company=company,
        customers={customer.number: customer for customer in customers},
        types={known_type.type: known_type for known_type in types},
        accounts=set(accounts),
        outcomes={(outcome.invoice_id, outcome.attempt): outcome for outcome in known},
        booked_versions={(row.work_order_id, row.version): row.number for row in booked},
        booked_attempts={row.rating_invoice_id: row.rating_attempt for row in attempts},
        run_uuid=await remember_run(session, chunk.run_id, chunk.run_uuid),
    )


async def remember_run(session: AsyncSession, run_id: int, run_uuid: UUID | None) -> UUID | None:
    """The random id of the run that has this number here, which is the given one if the number is new."""
    find = "SELECT run_uuid FROM exported_run WHERE run_id = :run_id"
    known: UUID | None = await fetch_value(session, find, run_id=run_id)
    if known is None and run_uuid is not None:
        add = "INSERT INTO exported_run (run_id, run_uuid) VALUES (:run_id, :run_uuid) ON CONFLICT DO NOTHING"
        # Another chunk of the run may have been faster: this waits until it has committed.
        await execute(session, add, run_id=run_id, run_uuid=run_uuid)
        known = await fetch_value(session, find, run_id=run_id)
    return known


async def _customers(session: AsyncSession, ar_company: int, numbers: Sequence[str]) -> list[CustomerFacts]:
    """The customers with their pay terms and tax codes, in one statement."""
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


async def outcomes(session: AsyncSession, keys: Sequence[tuple[int, int]]) -> list[EarlierOutcome]:
    """The earlier decisions about hand-overs, and which of them wait in a batch. Keys are pairs of invoice id and attempt."""
    return await fetch_all(
        session,
        EarlierOutcome,
        f"""
        SELECT e.invoice_id, e.attempt, e.outcome, e.reason, e.detail, e.run_id,
               ARRAY(SELECT DISTINCT l.work_order_number FROM ar_transaction t JOIN ar_line l ON l.transaction_id = t.id
                     WHERE t.rating_invoice_id = e.invoice_id AND t.rating_attempt = e.attempt
                       AND l.work_order_number IS NOT NULL) AS order_numbers
        FROM {_KEYS} JOIN export_outcome e ON e.invoice_id = named.invoice_id AND e.attempt = named.attempt
        UNION ALL
        SELECT e.rating_invoice_id, e.rating_attempt, '{BATCHED}', '', '', b.run_id,
               ARRAY(SELECT DISTINCT l.work_order_number FROM batch_line l
                     WHERE l.batch_id = e.batch_id AND l.seq = e.seq AND l.work_order_number IS NOT NULL)
        FROM {_KEYS}
        JOIN batch_entry e ON e.rating_invoice_id = named.invoice_id AND e.rating_attempt = named.attempt AND NOT e.posted
        JOIN batch b ON b.id = e.batch_id
        """,
        **_key_parameters(keys),
    )


async def hold_run(session: AsyncSession, run_id: int) -> None:
    """Locks an export run until the transaction ends, so that batching and withdrawing its invoices take turns."""
    await execute(
        session,
        "SELECT pg_advisory_xact_lock(hashtextextended('export run ' || CAST(:run_id AS text), 0))",
        run_id=str(run_id),
    )


async def take_batch(session: AsyncSession, chunk: HandedChunk, count: int) -> tuple[int, int] | None:
    """Takes `count` seqs of the batch of the run, which is open again. Returns the batch id and the first seq.

    Returns None if the run has no batch, or only one that is being validated or posted, or is finished.
    """
    found = await session.execute(
        text(
            """
            UPDATE batch SET last_seq = last_seq + :count, status = 'open', revision = revision + 1
            WHERE id = (SELECT id FROM batch
                        WHERE ar_company = :ar_company AND month = :month AND run_id = :run_id AND source = 'rating'
                          AND status = ANY(CAST(:idle AS text[]))
                        ORDER BY id LIMIT 1 FOR NO KEY UPDATE)
              AND status = ANY(CAST(:idle AS text[]))
            RETURNING id, last_seq
            """
        ),
        {
            "count": count,
            "ar_company": chunk.ar_company,
            "month": chunk.month,
            "run_id": chunk.run_id,
            "idle": sorted(IDLE),
        },
    )
    row = found.one_or_none()
    return None if row is None else (row.id, row.last_seq - count + 1)


async def hold_batches(session: AsyncSession, keys: Sequence[tuple[int, int]]) -> list[BatchedEntry]:
    """The entries in which hand-overs wait. Their batches are locked until the transaction ends."""
    await execute(
        session,
        f"""
        SELECT b.id FROM batch b WHERE b.id IN (
            SELECT e.batch_id FROM {_KEYS} JOIN batch_entry e
                ON e.rating_invoice_id = named.invoice_id AND e.rating_attempt = named.attempt AND NOT e.posted)
        ORDER BY b.id FOR NO KEY UPDATE
        """,
        **_key_parameters(keys),
    )
    return await fetch_all(
        session,
        BatchedEntry,
        f"""
        SELECT e.batch_id, b.status AS batch_status, e.seq, e.rating_invoice_id AS invoice_id,
               e.rating_attempt AS attempt
        FROM {_KEYS}
        JOIN batch_entry e ON e.rating_invoice_id = named.invoice_id AND e.rating_attempt = named.attempt AND NOT e.posted
        JOIN batch b ON b.id = e.batch_id
        """,
        **_key_parameters(keys),
    )


async def publish_batched(session: AsyncSession, run_id: int, ar_company: int, keys: Sequence[tuple[int, int]]) -> None:
    """Writes one `invoice-batched` for each batch in which any of these hand-overs wait."""
    await outbox.append_selected(
        session,
        InvoiceBatched,
        f"""
        SELECT json_build_object({_RUN}, 'ar_company', CAST(:ar_company AS int),
            'month', b.month, 'batch', b.number, 'invoices', json_agg(json_build_object(
                'invoice_id', e.rating_invoice_id, 'attempt', e.rating_attempt) ORDER BY e.seq)) AS data
        FROM {_KEYS}
        JOIN batch_entry e ON e.rating_invoice_id = named.invoice_id AND e.rating_attempt = named.attempt AND NOT e.posted
        JOIN batch b ON b.id = e.batch_id
        GROUP BY b.id
        """,
        run_id=run_id,
        ar_company=ar_company,
        **_key_parameters(keys),
    )


async def decide(
    session: AsyncSession, run_id: int, ar_company: int, decided: Sequence[Outcome]
) -> set[tuple[int, int]]:
    """Saves outcomes and returns the keys of those that were saved. The others were decided in the meantime.

    Booking and withdrawal exclude each other: the second one waits here until the first one has committed.
    """
    # Nearly always all are booked, so what was decided is sent once for all that have it in common.
    kinds: dict[tuple[str, str, str], int] = {}
    for one in decided:
        kinds.setdefault((one.outcome, one.reason, one.detail), len(kinds) + 1)
    inserted = await session.execute(
        text(
            """
            INSERT INTO export_outcome (invoice_id, attempt, run_id, ar_company, outcome, reason, detail)
            SELECT invoice_id, attempt, :run_id, :ar_company, outcomes.outcome, outcomes.reason, outcomes.detail
            FROM unnest(CAST(CAST(:invoice_ids AS text) AS bigint[]), CAST(CAST(:attempts AS text) AS int[]),
                        CAST(CAST(:kinds AS text) AS int[])) AS new (invoice_id, attempt, kind)
            JOIN unnest(CAST(:outcome AS text[]), CAST(:reason AS text[]), CAST(:detail AS text[])) WITH ORDINALITY
                AS outcomes (outcome, reason, detail, kind) USING (kind)
            ORDER BY invoice_id, attempt
            ON CONFLICT (invoice_id, attempt) DO NOTHING
            RETURNING invoice_id, attempt
            """
        ),
        {
            "run_id": run_id,
            "ar_company": ar_company,
            **_key_parameters([(one.invoice_id, one.attempt) for one in decided]),
            "kinds": packed(kinds[one.outcome, one.reason, one.detail] for one in decided),
            "outcome": [outcome for outcome, _, _ in kinds],
            "reason": [reason for _, reason, _ in kinds],
            "detail": [detail for _, _, detail in kinds],
        },
    )
    return {(row.invoice_id, row.attempt) for row in inserted}


async def decide_orders(
    session: AsyncSession, invoices: Sequence[HandedInvoice | WithdrawnInvoice], outcome: str
) -> None:
    """Saves the orders of decided hand-overs. A unique index rejects a rating version that is already booked."""
    rows = [
        DecidedOrder(order.work_order_id, order.version, order.attempt, invoice.invoice_id, invoice.attempt)
        for invoice in invoices
        for order in invoice.orders
    ]
    names = ("work_order_id", "version", "attempt", "invoice_id", "invoice_attempt")
    await copy_rows(session, "export_outcome_order", names, rows, booked=outcome == BOOKED)


async def publish_exported(
    session: AsyncSession, run_id: int, ar_company: int, keys: Sequence[tuple[int, int]]
) -> None:
    """Writes one `invoice-exported` for all of these hand-overs that are booked."""
    await outbox.append_selected(
        session,
        InvoiceExported,
        f"""
        SELECT json_build_object({_RUN}, 'ar_company', CAST(:ar_company AS int),
            'invoices', json_agg(json_build_object(
                'invoice_id', t.rating_invoice_id, 'attempt', t.rating_attempt, 'number', t.invoice_number,
                'month', t.month, 'transaction', t.number, 'ar_invoice_id', t.id, 'orders', orders.list,
                'net', t.net::text, 'tax', t.tax::text, 'total', t.total::text) ORDER BY t.id)) AS data
        FROM {_KEYS}
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
        **_key_parameters(keys),
    )


async def publish_refused(session: AsyncSession, run_id: int, ar_company: int, keys: Sequence[tuple[int, int]]) -> None:
    """Writes one `invoice-refused` for all of these hand-overs that are refused or withdrawn."""
    await outbox.append_selected(
        session,
        InvoiceRefused,
        f"""
        SELECT json_build_object({_RUN}, 'ar_company', CAST(:ar_company AS int),
            'invoices', json_agg(json_build_object('invoice_id', e.invoice_id, 'attempt', e.attempt,
                'reason', e.reason, 'detail', e.detail) ORDER BY e.invoice_id)) AS data
        FROM {_KEYS} JOIN export_outcome e ON e.invoice_id = named.invoice_id AND e.attempt = named.attempt
        WHERE e.outcome <> 'booked'
        HAVING count(*) > 0
        """,
        run_id=run_id,
        ar_company=ar_company,
        **_key_parameters(keys),
    )


async def publish_conflicts(
    session: AsyncSession, run_id: int, run_uuid: UUID | None, ar_company: int, refused: Sequence[Outcome]
) -> None:
    """Writes one `invoice-refused` for hand-overs that contradict earlier decisions, which stay as they are."""
    if refused:
        invoices = tuple(
            RefusedInvoice(invoice_id=one.invoice_id, attempt=one.attempt, reason=one.reason, detail=one.detail)
            for one in refused
        )
        await outbox.append(
            session, InvoiceRefused(run_id=run_id, run_uuid=run_uuid, ar_company=ar_company, invoices=invoices)
        )
