"""Statements that claim locked orders for a run: find blockers, put orders on invoices, record hand-overs."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.accounts import OpenMonths
from services.rating.rules.draft_invoices import InvoiceKind
from services.rating.rules.exports.claim import Blocker, Selection, StoppedOrder
from services.rating.rules.exports.runs import MOST_LEFT_OUT, LeftOut
from services.rating.rules.exports.sending import LARGEST_INVOICE_BYTES
from services.rating.store.exports.blockers import BLOCKERS, held, stopping
from services.rating.store.exports.documents import DOCUMENT, MOST_BYTES
from services.rating.store.work_orders import BRANCH
from shared.database.statements import execute, fetch_all, fetch_value
from shared.values.money import LARGEST

_STOPPING = stopping(
    held(
        "o.invoice_id IN (SELECT invoice_id FROM chosen)",
        joined="LEFT JOIN chosen k ON k.id = o.id",
        outside="k.id IS NULL",
    )
)


async def find_blockers(session: AsyncSession, order_ids: Sequence[int], invoice_date: date) -> list[Blocker]:
    """Why any of these orders cannot be exported now. The caller has locked the orders and their invoices."""
    stopped = await fetch_all(
        session,
        StoppedOrder,
        f"""
        WITH chosen AS MATERIALIZED (
            SELECT w.id, w.number, w.branch, w.bill_to, w.invoice_id, w.total
            FROM work_order w WHERE w.id = ANY(CAST(:order_ids AS bigint[]))
        )
        SELECT * FROM (
            SELECT w.id AS work_order_id, w.number, w.invoice_id, i.cycle_to, held.negative, held.zero,
                   {BLOCKERS} AS blockers
            FROM chosen w {BRANCH} {_STOPPING}
        ) AS stopped WHERE cardinality(blockers) > 0 ORDER BY work_order_id
        """,
        order_ids=list(order_ids),
        invoice_date=invoice_date,
        largest=LARGEST,
    )
    return [blocker for order in stopped for blocker in order.explain()]


async def months_of(session: AsyncSession, order_ids: Sequence[int]) -> list[OpenMonths]:
    """The open months of the AR companies of these orders, as far as receivables has reported them."""
    return await fetch_all(
        session,
        OpenMonths,
        """
        SELECT c.number, c.last_closed_month, c.max_open_months FROM ar_company c
        WHERE c.number IN (SELECT b.ar_company FROM work_order w JOIN branch b ON b.code = w.branch
                           WHERE w.id = ANY(CAST(:order_ids AS bigint[])))
        ORDER BY c.number
        """,
        order_ids=list(order_ids),
    )


async def insert_run(
    session: AsyncSession,
    *,
    requested_by: str,
    requested_at: datetime,
    invoice_date: date,
    month: str,
    selection: Selection,
    left_out: Sequence[Blocker],
) -> int:
    """Adds a run without invoices and returns its id. `count_run` completes it after they are claimed."""
    orders: dict[int, LeftOut] = {}
    for blocker in left_out:
        orders.setdefault(blocker.work_order_id, LeftOut(number=blocker.number, reason=blocker.reason))
    run_id: int = await fetch_value(
        session,
        """
        INSERT INTO export_run (status, requested_by, requested_at, invoice_date, month, selection, invoices, orders,
                                total, left_out, left_out_orders)
        VALUES ('preparing', :requested_by, :requested_at, :invoice_date, :month, CAST(:selection AS jsonb), 0, 0, 0,
                :left_out, CAST(:left_out_orders AS jsonb))
        RETURNING id
        """,
        requested_by=requested_by,
        requested_at=requested_at,
        invoice_date=invoice_date,
        month=month,
        selection=json.dumps(asdict(selection), default=str),
        left_out=len(orders),
        left_out_orders=json.dumps(list(orders.values())[:MOST_LEFT_OUT]),
    )
    return run_id


async def claim(session: AsyncSession, run_id: int, order_ids: Sequence[int], kind: InvoiceKind = "single") -> None:
    """Changes the locked orders and their invoices to `exporting` and records every hand-over.

    Orders that are on no invoice get their own, of this `kind`. Five statements for any number of orders.
    """
    await _start_exporting(session, run_id, order_ids, kind)
    await execute(
        session,
        f"""
        INSERT INTO export_invoice (invoice_id, attempt, run_id, ar_company, orders, total, document_bytes)
        SELECT i.id, i.attempt, :run_id, min(b.ar_company), count(*), sum(r.total), {MOST_BYTES}
        FROM invoice i
        JOIN branch b ON b.code = i.branch
        JOIN work_order w ON w.invoice_id = i.id
        JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
        WHERE i.id IN (SELECT invoice_id FROM work_order WHERE id = ANY(CAST(:order_ids AS bigint[])))
        GROUP BY i.id
        """,
        run_id=run_id,
        order_ids=list(order_ids),
    )
    await _measure_large(session, run_id)
    await execute(
        session,
        """
        INSERT INTO export_order (work_order_id, version, attempt, invoice_id, invoice_attempt, total, number)
        SELECT w.id, w.rating_version, w.export_attempt, i.id, i.attempt, r.total, w.number
        FROM work_order w
        JOIN invoice i ON i.id = w.invoice_id
        JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
        WHERE w.id = ANY(CAST(:order_ids AS bigint[]))
        """,
        order_ids=list(order_ids),
    )


async def _measure_large(session: AsyncSession, run_id: int) -> None:
    """Measures the few invoices that may be too large for one message; the size of the others is an upper bound."""
    await execute(
        session,
        f"""
        UPDATE export_invoice SET document_bytes = measured.bytes
        FROM (SELECT i.id, octet_length({DOCUMENT}::text) AS bytes
              FROM export_invoice e
              JOIN invoice i ON i.id = e.invoice_id
              JOIN work_order w ON w.invoice_id = i.id
              JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
              WHERE e.run_id = :run_id AND e.document_bytes > :limit
              GROUP BY i.id) AS measured
        WHERE export_invoice.run_id = :run_id AND export_invoice.invoice_id = measured.id
        """,
        run_id=run_id,
        limit=LARGEST_INVOICE_BYTES,
    )


async def _start_exporting(session: AsyncSession, run_id: int, order_ids: Sequence[int], kind: InvoiceKind) -> None:
    """Changes orders to `exporting`, together with the invoices that they are on or get."""
    await execute(
        session,
        """
        WITH single AS (
            SELECT id, branch, bill_to, nextval('invoice_id_seq') AS invoice_id
            FROM (SELECT id, branch, bill_to FROM work_order
                  WHERE id = ANY(CAST(:order_ids AS bigint[])) AND invoice_id IS NULL ORDER BY id) AS ordered
        ), made AS (
            INSERT INTO invoice (id, kind, branch, bill_to, status, attempt, made_by)
            SELECT single.invoice_id, :kind, single.branch, single.bill_to, 'exporting', 1, run.requested_by
            FROM single CROSS JOIN export_run run WHERE run.id = :run_id
        )
        UPDATE work_order
        SET status = 'exporting', invoice_id = single.invoice_id, export_attempt = export_attempt + 1,
            revision = revision + 1
        FROM single WHERE work_order.id = single.id
        """,
        order_ids=list(order_ids),
        kind=kind,
        run_id=run_id,
    )
    await execute(
        session,
        """
        WITH again AS (
            UPDATE work_order
            SET status = 'exporting', export_attempt = export_attempt + 1, revision = revision + 1
            WHERE id = ANY(CAST(:order_ids AS bigint[])) AND status = 'assigned'
            RETURNING invoice_id
        )
        UPDATE invoice SET status = 'exporting', attempt = attempt + 1, revision = revision + 1
        WHERE id IN (SELECT invoice_id FROM again)
        """,
        order_ids=list(order_ids),
    )


async def count_run(session: AsyncSession, run_id: int) -> None:
    """Saves the number of invoices and orders that the run has claimed, and their total."""
    await execute(
        session,
        """
        UPDATE export_run SET invoices = claimed.invoices, orders = claimed.orders, total = claimed.total
        FROM (SELECT count(*) AS invoices, sum(orders) AS orders, sum(total) AS total
              FROM export_invoice WHERE run_id = :run_id) AS claimed
        WHERE id = :run_id
        """,
        run_id=run_id,
    )


async def find_too_large(session: AsyncSession, run_id: int) -> list[Blocker]:
    """The orders of the run whose invoice is too large for one message."""
    return await fetch_all(
        session,
        Blocker,
        """
        SELECT w.id AS work_order_id, w.number, e.invoice_id, 'MESSAGE_TOO_LARGE' AS code,
               'invoice ' || e.invoice_id || ' is too large for one message: split it' AS reason
        FROM export_invoice e JOIN work_order w ON w.invoice_id = e.invoice_id
        WHERE e.run_id = :run_id AND e.document_bytes > :limit ORDER BY e.invoice_id, w.id
        """,
        run_id=run_id,
        limit=LARGEST_INVOICE_BYTES,
    )
