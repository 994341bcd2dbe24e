"""Statements that apply the answers of receivables. Each checks how many rows it changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.errors import RowsMissing
from services.rating.rules.exports.answers import (
    Answer,
    Booking,
    CreditedInvoice,
    HandedOrder,
    HandOver,
    OrderState,
    Refusal,
    Settlement,
    is_same_run,
)
from services.rating.rules.work_orders import ClosingStatus
from shared.database.statements import columns, execute, fetch_all, fetch_one, packed


@dataclass(frozen=True)
class _Run:
    id: int
    run_uuid: UUID | None


def _require(changed: int, expected: int, what: str) -> None:
    if changed != expected:
        raise RowsMissing(f"changed {changed} of {expected} {what}")


async def lock_run(session: AsyncSession, run_id: int, run_uuid: UUID | None = None) -> bool:
    """Locks the run, so that answers are added to its counts one after another.

    False if it is not the run with this random id, but another one of the same number.
    """
    run = await fetch_one(
        session, _Run, "SELECT id, run_uuid FROM export_run WHERE id = :id FOR NO KEY UPDATE", id=run_id
    )
    if run is None:
        raise RowsMissing(f"there is no export run {run_id}")
    return is_same_run(run.run_uuid, run_uuid)


async def hand_overs(session: AsyncSession, pairs: Sequence[tuple[int, int]]) -> list[HandOver]:
    """The hand-overs of those (invoice, attempt) pairs that were recorded."""
    return await fetch_all(
        session,
        HandOver,
        """
        SELECT e.invoice_id, e.attempt, e.run_id, e.outcome, e.total
        FROM unnest(CAST(CAST(:invoice_ids AS text) AS bigint[]), CAST(CAST(:attempts AS text) AS int[]))
            AS named (invoice_id, attempt)
        JOIN export_invoice e ON e.invoice_id = named.invoice_id AND e.attempt = named.attempt
        """,
        invoice_ids=packed(invoice_id for invoice_id, _ in pairs),
        attempts=packed(attempt for _, attempt in pairs),
    )


async def handed_orders(session: AsyncSession, pairs: Sequence[tuple[int, int]]) -> list[HandedOrder]:
    """The orders of the hand-overs, with their current state."""
    return await fetch_all(
        session,
        HandedOrder,
        """
        SELECT o.work_order_id, o.invoice_id, o.version, o.attempt, w.status, w.rating_version, w.export_attempt
        FROM unnest(CAST(CAST(:invoice_ids AS text) AS bigint[]), CAST(CAST(:attempts AS text) AS int[]))
            AS named (invoice_id, attempt)
        JOIN export_order o ON o.invoice_id = named.invoice_id AND o.invoice_attempt = named.attempt
        JOIN work_order w ON w.id = o.work_order_id
        """,
        invoice_ids=packed(invoice_id for invoice_id, _ in pairs),
        attempts=packed(attempt for _, attempt in pairs),
    )


async def save_exported(session: AsyncSession, settlement: Settlement, bookings: Sequence[Booking]) -> None:
    """Marks the orders as exported and records their invoices in receivables."""
    settled = {hand_over.invoice_id for hand_over in settlement.hand_overs}
    booked = [booking for booking in bookings if booking.invoice_id in settled]
    changed = await execute(
        session,
        """
        UPDATE invoice SET status = 'exported', revision = revision + 1, ar_number = booked.number, ar_month = booked.month,
                           ar_transaction = booked.transaction, ar_invoice_id = booked.ar_invoice_id
        FROM unnest(CAST(:invoice_id AS bigint[]), CAST(:number AS text[]), CAST(:month AS text[]),
                    CAST(:transaction AS bigint[]), CAST(:ar_invoice_id AS bigint[]))
            AS booked (invoice_id, number, month, transaction, ar_invoice_id)
        WHERE invoice.id = booked.invoice_id
        """,
        **columns(booked, "invoice_id", "number", "month", "transaction", "ar_invoice_id"),
    )
    _require(changed, len(settlement.hand_overs), "invoices")
    await _save_hand_overs(session, settlement, "exported", [""] * len(booked), [""] * len(booked))
    # Only by id, because with the status in the condition the planner would scan the table. The rows were checked under
    # the lock of the run, and an order leaves `exporting` only under that lock.
    changed = await execute(
        session,
        """
        UPDATE work_order SET status = 'exported', revision = revision + 1
        WHERE id = ANY(CAST(CAST(:order_ids AS text) AS bigint[]))
        """,
        order_ids=packed(settlement.work_order_ids),
    )
    _require(changed, len(settlement.work_order_ids), "work orders")


async def save_batched(session: AsyncSession, batch: int, pairs: Sequence[tuple[int, int]]) -> None:
    """Records the batch in which hand-overs without an answer wait."""
    await execute(
        session,
        """
        UPDATE export_invoice SET ar_batch = :batch
        FROM unnest(CAST(CAST(:invoice_ids AS text) AS bigint[]), CAST(CAST(:attempts AS text) AS int[]))
            AS named (invoice_id, attempt)
        WHERE export_invoice.invoice_id = named.invoice_id AND export_invoice.attempt = named.attempt
          AND export_invoice.outcome = 'waiting'
        """,
        batch=batch,
        invoice_ids=packed(invoice_id for invoice_id, _ in pairs),
        attempts=packed(attempt for _, attempt in pairs),
    )


async def save_refused(session: AsyncSession, settlement: Settlement, refusals: Sequence[Refusal]) -> None:
    """Unlocks the orders. They are assigned to their draft invoice again and can be corrected and exported again.

    An on-demand invoice is dissolved, and its order is rated and on no invoice.
    """
    by_invoice = {refusal.invoice_id: refusal for refusal in refusals}
    invoice_ids = [hand_over.invoice_id for hand_over in settlement.hand_overs]
    changed = await execute(
        session,
        """
        UPDATE invoice
        SET status = CASE kind WHEN 'on_demand' THEN 'dissolved' ELSE 'draft' END, revision = revision + 1
        WHERE id = ANY(CAST(:invoice_ids AS bigint[]))
        """,
        invoice_ids=invoice_ids,
    )
    _require(changed, len(invoice_ids), "invoices")
    await _save_hand_overs(
        session,
        settlement,
        "refused",
        [by_invoice[invoice_id].reason for invoice_id in invoice_ids],
        [by_invoice[invoice_id].detail for invoice_id in invoice_ids],
    )
    changed = await execute(
        session,
        """
        UPDATE work_order
        SET status = CASE i.kind WHEN 'on_demand' THEN 'rated' ELSE 'assigned' END,
            invoice_id = CASE i.kind WHEN 'on_demand' THEN NULL ELSE work_order.invoice_id END,
            revision = work_order.revision + 1
        FROM invoice i WHERE i.id = work_order.invoice_id AND work_order.id = ANY(CAST(:order_ids AS bigint[]))
        """,
        order_ids=list(settlement.work_order_ids),
    )
    _require(changed, len(settlement.work_order_ids), "work orders")


async def _save_hand_overs(
    session: AsyncSession, settlement: Settlement, outcome: Answer, reasons: Sequence[str], details: Sequence[str]
) -> None:
    changed = await execute(
        session,
        """
        UPDATE export_invoice
        SET outcome = :outcome, reason = answer.reason, detail = answer.detail, answered_at = now()
        FROM unnest(CAST(:invoice_id AS bigint[]), CAST(:attempt AS int[]), CAST(:reasons AS text[]),
                    CAST(:details AS text[])) AS answer (invoice_id, attempt, reason, detail)
        WHERE export_invoice.invoice_id = answer.invoice_id AND export_invoice.attempt = answer.attempt
        """,
        outcome=outcome,
        reasons=list(reasons),
        details=list(details),
        **columns(settlement.hand_overs, "invoice_id", "attempt"),
    )
    _require(changed, len(settlement.hand_overs), "hand-overs")


async def add_to_run(session: AsyncSession, run_id: int, outcome: Answer, settlement: Settlement) -> None:
    """Adds the settled invoices to the counts of the run, and ends the run if they were the last ones."""
    await execute(
        session,
        f"""
        UPDATE export_run SET {outcome} = {outcome} + :invoices, {outcome}_total = {outcome}_total + :total
        WHERE id = :run_id
        """,
        run_id=run_id,
        invoices=len(settlement.hand_overs),
        total=settlement.total,
    )
    await execute(
        session,
        """
        UPDATE export_run
        SET status = CASE refused WHEN 0 THEN 'done' ELSE 'done_with_refusals' END, finished_at = now()
        WHERE id = :run_id AND finished_at IS NULL AND exported + refused = invoices
        """,
        run_id=run_id,
    )


async def save_credit(session: AsyncSession, credited: CreditedInvoice) -> int:
    """Records the credit of each order and returns how many are new. A credit that is already recorded stays."""
    return await execute(
        session,
        """
        INSERT INTO order_credit (ar_company, month, transaction, work_order_id, version, credited, remaining,
                                  disposition, reason, credited_by)
        SELECT :ar_company, :month, :transaction, work_order_id, version, credited, remaining, :disposition, :reason,
               :credited_by
        FROM unnest(CAST(:work_order_id AS bigint[]), CAST(:version AS int[]), CAST(:credited AS numeric[]),
                    CAST(:remaining AS numeric[])) AS one (work_order_id, version, credited, remaining)
        ON CONFLICT DO NOTHING
        """,
        ar_company=credited.ar_company,
        month=credited.month,
        transaction=credited.transaction,
        disposition=credited.disposition,
        reason=credited.reason,
        credited_by=credited.credited_by,
        **columns(credited.orders, "work_order_id", "version", "credited", "remaining"),
    )


async def lock_orders(session: AsyncSession, order_ids: Sequence[int]) -> list[OrderState]:
    """Locks the orders, sorted by id, and returns their current states."""
    return await fetch_all(
        session,
        OrderState,
        """
        SELECT id, status, rating_version FROM work_order WHERE id = ANY(CAST(:order_ids AS bigint[]))
        ORDER BY id FOR NO KEY UPDATE
        """,
        order_ids=list(order_ids),
    )


async def leave_exported(session: AsyncSession, order_ids: Sequence[int], status: ClosingStatus) -> None:
    """Reopens (`open`) or closes (`closed`) credited orders. Their next rating gets a new version."""
    changed = await execute(
        session,
        """
        UPDATE work_order
        SET status = :status, invoice_id = NULL, rating_version = rating_version + 1, revision = revision + 1,
            changed_at = now()
        WHERE id = ANY(CAST(:order_ids AS bigint[]))
        """,
        status=status,
        order_ids=list(order_ids),
    )
    _require(changed, len(order_ids), "work orders")
