"""Export Rated Work Orders to A/R: claimed at once, sent in chunks, withdrawn when no answer comes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions.commissions import reverse_credited
from services.rating.actions.work_orders import find_order
from services.rating.errors import AlreadyAnswered, NotExportable, NothingToExport, RollupTooLarge
from services.rating.rules.draft_invoices import InvoiceKind
from services.rating.rules.exports.answers import (
    Answer,
    Booking,
    CreditedInvoice,
    Outcome,
    Refusal,
    Settlement,
    reopens,
    settle,
)
from services.rating.rules.exports.claim import Selection, choose
from services.rating.rules.exports.hand_overs import CreditedHandOver, with_credits
from services.rating.rules.exports.runs import ExportRun, RunInvoice, with_shown_status
from services.rating.rules.exports.sending import cut_chunks
from services.rating.rules.work_orders import ClosingStatus
from services.rating.store import commissions, draft_invoices, ratings
from services.rating.store.exports import answers, claim, hand_overs, runs, sending
from services.rating.store.selection import lock_selected
from shared.access.grants import EVERYTHING, Scope
from shared.clock import now
from shared.database.pages import PageQuery
from shared.errors import Fault, NotFound


@dataclass(frozen=True)
class ExportRequest:
    """What a clerk asks for. `expected_orders` and `expected_total` are what the clerk saw, if they are to be checked."""

    selection: Selection
    invoice_date: date
    month: str
    requested_by: str
    requested_at: datetime
    expected_orders: int | None = None
    expected_total: Decimal | None = None


async def start_export(session: AsyncSession, scope: Scope, request: ExportRequest) -> ExportRun:
    """Claims the whole selection in this transaction; the job sends it afterwards.

    Raises NothingToExport, NotExportable, RollupTooLarge: then nothing is locked. Two clerks at once: the second waits
    for the first and finds nothing left.
    """
    locked = await lock_selected(session, scope, request.selection)
    # Whoever puts an order on an invoice holds the invoice: after this nothing is added to what is claimed.
    invoice_ids = await draft_invoices.lock_of_orders(session, locked)
    _require_all_there("work_order_ids", request.selection.work_order_ids, locked)
    _require_all_there("invoice_ids", request.selection.invoice_ids, invoice_ids)
    choice = choose(
        request.selection, locked, await claim.find_blockers(session, locked, request.invoice_date) if locked else []
    )
    if choice.refused:
        raise NotExportable(
            f"{len(choice.refused)} of the chosen work orders cannot be exported.",
            faults=[Fault(f"work order {one.number}", one.reason) for one in choice.refused],
        )
    if not choice.work_order_ids:
        raise NothingToExport("Nothing of the selection is rated and free.")
    run = await claim_run(session, request, choice.work_order_ids)
    _require_expected(run, request)
    return run


def _require_all_there(name: str, chosen: Sequence[int] | None, found: Sequence[int]) -> None:
    missing = sorted(set(chosen or ()) - set(found))
    if missing:
        word = "work order" if name == "work_order_ids" else "invoice"
        raise NotExportable(
            f"{len(missing)} of the chosen {word}s are not rated and free.",
            faults=[Fault(f"/selection/{name}", f"{word} {one}") for one in missing],
        )


async def claim_run(
    session: AsyncSession, request: ExportRequest, order_ids: Sequence[int], kind: InvoiceKind = "single"
) -> ExportRun:
    """Makes the run of these locked orders; those on no invoice get one of their own, of the `kind`."""
    run_id = await claim.insert_run(
        session,
        requested_by=request.requested_by,
        requested_at=request.requested_at,
        invoice_date=request.invoice_date,
        month=request.month,
        selection=request.selection,
    )
    await claim.claim(session, run_id, order_ids, kind)
    if large := await claim.too_large(session, run_id):
        raise RollupTooLarge(
            f"{len(large)} invoices are too large for one message.",
            faults=[Fault(f"invoice {one}", "split it") for one in large],
        )
    await claim.count_run(session, run_id)
    return await read_run(session, EVERYTHING, run_id)


def _require_expected(run: ExportRun, request: ExportRequest) -> None:
    """What the clerk confirmed is what is exported; somebody may have rated or exported in between."""
    orders_differ = request.expected_orders not in {None, run.orders}
    total_differs = request.expected_total is not None and request.expected_total != run.total
    if orders_differ or total_differs:
        raise NotExportable(
            f"The selection has changed: it is now {run.orders} orders over {run.total}. Review it again.",
            members={"orders": run.orders, "total": str(run.total)},
        )


async def send_part(session: AsyncSession, chunk_orders: int) -> bool:
    """One step of the oldest run that is not sent whole: cut it, send its next chunk, or note that all is sent."""
    run = await sending.lock_unsent_run(session)
    if run is None:
        return False
    if run.status == "preparing":
        await sending.save_chunks(session, run.id, cut_chunks(await sending.candidates(session, run.id), chunk_orders))
        return True
    position = await sending.next_chunk(session, run.id)
    if position is None:
        await sending.all_sent(session, run.id)
    else:
        await sending.send_chunk(session, run.id, position)
    return True


async def ask_again(session: AsyncSession, patience_seconds: float) -> bool:
    """Sends one chunk again that waits too long for its answer; False when none does."""
    chunk = await sending.lock_unanswered_chunk(session, patience_seconds)
    if chunk is None:
        return False
    await sending.send_chunk(session, chunk.run_id, chunk.position)
    return True


async def withdraw(session: AsyncSession, scope: Scope, run_id: int, invoice_ids: Sequence[int] | None) -> int:
    """Asks receivables never to book what still waits of the run; returns how many invoices that are.

    The answer comes like any other: `exported` where it was booked already, else refused with `WITHDRAWN`.
    """
    await read_run(session, scope, run_id)
    await answers.lock_run(session, run_id)
    waiting = await sending.request_withdrawal(session, run_id, invoice_ids)
    if waiting == 0:
        raise AlreadyAnswered(f"No invoice of export run {run_id} waits for an answer.")
    return waiting


async def read_run(session: AsyncSession, scope: Scope, run_id: int) -> ExportRun:
    run = await runs.find_run(session, scope, run_id)
    if run is None:
        raise NotFound(f"There is no export run {run_id}.")
    return with_shown_status(run)


async def list_runs(session: AsyncSession, scope: Scope, query: PageQuery) -> tuple[list[ExportRun], str | None, int]:
    found, cursor, count = await runs.list_runs(session, scope, query)
    return [with_shown_status(run) for run in found], cursor, count


async def list_invoices(
    session: AsyncSession, scope: Scope, run_id: int, outcome: Outcome | None, query: PageQuery
) -> tuple[list[RunInvoice], str | None, int]:
    """The invoices of a run that the caller may see."""
    await read_run(session, scope, run_id)
    return await runs.list_invoices(session, run_id, outcome, query)


async def list_hand_overs(session: AsyncSession, scope: Scope, order_id: int) -> list[CreditedHandOver]:
    """Every hand-over of an order with its answer and credits, the newest first; raises NotFound outside the scope."""
    await find_order(session, scope, order_id)
    return with_credits(await hand_overs.hand_overs(session, order_id), await hand_overs.credits_of(session, order_id))


async def apply_exported(session: AsyncSession, run_id: int, bookings: Sequence[Booking]) -> None:
    """Locks the orders of booked invoices; an answer that was applied already changes nothing."""
    await answers.lock_run(session, run_id)
    settlement = await _settle(session, run_id, [(one.invoice_id, one.attempt) for one in bookings], "exported")
    if settlement.hand_overs:
        await answers.save_exported(session, settlement, bookings)
        await answers.add_to_run(session, run_id, "exported", settlement)
        await commissions.make_payable(session, settlement.work_order_ids)


async def apply_batched(session: AsyncSession, batch: int, pairs: Sequence[tuple[int, int]]) -> None:
    """Notes that invoices wait in a batch for review; one that was answered already, or meanwhile, stays as it is."""
    await answers.save_batched(session, batch, pairs)


async def apply_refused(session: AsyncSession, run_id: int, refusals: Sequence[Refusal]) -> None:
    """Unlocks the orders of refused invoices; an answer that was applied already changes nothing."""
    await answers.lock_run(session, run_id)
    settlement = await _settle(session, run_id, [(one.invoice_id, one.attempt) for one in refusals], "refused")
    if settlement.hand_overs:
        await answers.save_refused(session, settlement, refusals)
        await answers.add_to_run(session, run_id, "refused", settlement)


async def apply_credited(session: AsyncSession, credited: CreditedInvoice) -> None:
    """Records a credit, reverses its commissions, and reopens or closes the orders that it brought to zero.

    The credit may overtake the answer that the invoice was booked; it carries the booking, which is applied first.
    """
    await apply_exported(session, credited.run_id, [credited.booking])
    if await answers.save_credit(session, credited) == 0:
        return
    by_id = {one.work_order_id: one for one in credited.orders}
    moved: dict[ClosingStatus, list[int]] = defaultdict(list)
    for order in await answers.lock_orders(session, sorted(by_id)):
        status = reopens(by_id[order.id], credited.disposition, order)
        if status is not None:
            moved[status].append(order.id)
    await reverse_credited(session, credited, now())
    for status, order_ids in moved.items():
        await answers.leave_exported(session, order_ids, status)
        await ratings.announce(session, order_ids)


async def _settle(session: AsyncSession, run_id: int, pairs: Sequence[tuple[int, int]], outcome: Answer) -> Settlement:
    hand_overs = await answers.hand_overs(session, pairs)
    waiting = [(one.invoice_id, one.attempt) for one in hand_overs if one.outcome == "waiting"]
    orders = await answers.handed_orders(session, waiting) if waiting else []
    return settle(run_id, pairs, outcome, hand_overs, orders)
