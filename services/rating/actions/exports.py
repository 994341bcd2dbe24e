"""Export runs: orders are claimed in one transaction, sent in chunks, and can be withdrawn until they are answered."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions.commissions import reverse_credited
from services.rating.actions.references import require_known
from services.rating.actions.work_orders import find_order
from services.rating.errors import AlreadyAnswered, ExportDateRefused, NotExportable, NothingToExport, RollupTooLarge
from services.rating.rules.accounts import dating_faults
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
from services.rating.rules.exports.claim import Blocker, Choice, Selection, choose, leave_out, names_orders, places_of
from services.rating.rules.exports.hand_overs import CreditedHandOver, with_credits
from services.rating.rules.exports.runs import MOST_LEFT_OUT, ExportCheck, ExportRun, RunInvoice, with_shown_status
from services.rating.rules.exports.sending import UnsentRun, cut_chunks
from services.rating.rules.work_orders import ClosingStatus
from services.rating.store import commissions, draft_invoices, ratings
from services.rating.store.exports import answers, claim, hand_overs, runs, sending
from services.rating.store.selection import lock_selected
from shared.access.grants import EVERYTHING, Scope
from shared.clock import now
from shared.database.attempts import Attempts
from shared.database.pages import PageQuery
from shared.errors import Fault, NotFound
from shared.values.fields import parts_of
from shared.values.filters import RunFilter
from shared.values.numbers import counted

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ExportRequest:
    """What a clerk wants to export. `expected_orders` and `expected_total` are what the clerk saw, to be checked."""

    selection: Selection
    invoice_date: date
    month: str
    requested_by: str
    requested_at: datetime
    expected_orders: int | None = None
    expected_total: Decimal | None = None


async def start_export(session: AsyncSession, scope: Scope, request: ExportRequest) -> ExportRun:
    """Claims the whole selection in this transaction. A job sends it afterwards.

    If two clerks do this at the same time, the second waits for the first and finds nothing left. Raises
    NothingToExport, NotExportable, ExportDateRefused, UnknownReference or RollupTooLarge; then nothing is locked.
    """
    await require_known(session, request.selection, "/selection")
    locked = await lock_selected(session, scope, request.selection)
    # Putting an order on an invoice locks the invoice, so after this nothing can be added to what is claimed.
    invoice_ids = await draft_invoices.lock_of_orders(session, locked)
    _require_all_there("work_order_ids", request.selection.work_order_ids, locked)
    _require_all_there("invoice_ids", request.selection.invoice_ids, invoice_ids)
    choice = choose(
        request.selection, locked, await claim.find_blockers(session, locked, request.invoice_date) if locked else []
    )
    if choice.refused:
        refused = {blocker.work_order_id for blocker in choice.refused}
        raise NotExportable(
            f"{counted(len(refused), 'work order')} cannot be exported.",
            faults=_faults_of(request.selection, choice.refused),
        )
    await _require_postable(session, request, choice.work_order_ids)
    run = await _claim_what_fits(session, request, choice)
    _require_expected(run, request)
    return run


async def check_export(session: AsyncSession, scope: Scope, request: ExportRequest) -> ExportCheck:
    """What the export would take: it is claimed by the same rules, and the caller rolls that back.

    Raises what `start_export` does.
    """
    run = await start_export(session, scope, request)
    return ExportCheck(**parts_of(run, ExportCheck))


async def _claim_what_fits(session: AsyncSession, request: ExportRequest, choice: Choice) -> ExportRun:
    """Claims the chosen orders. Those whose invoice is too large are left out as well, unless they were named."""
    try:
        async with session.begin_nested():
            return await _claim(session, request, choice, "single")
    except _TooLarge as error:
        if names_orders(request.selection):
            raise _refusal_of(error, request.selection) from None
        return await _claim(session, request, leave_out(choice, error.blockers), "single")


async def _require_postable(session: AsyncSession, request: ExportRequest, order_ids: Sequence[int]) -> None:
    """Raises ExportDateRefused if receivables would refuse the month or the date of the invoices."""
    companies = await claim.months_of(session, order_ids) if order_ids else []
    faults = dating_faults(request.invoice_date, request.month, companies)
    if faults:
        raise ExportDateRefused(
            f"Invoices dated {request.invoice_date} cannot be exported to month {request.month}; see `errors`.",
            faults=[Fault(f"/{name}", detail) for name, detail in faults],
        )


def _require_all_there(name: str, chosen: Sequence[int] | None, found: Sequence[int]) -> None:
    missing = set(chosen or ()) - set(found)
    if missing:
        noun = "work order" if name == "work_order_ids" else "invoice"
        raise NotExportable(
            f"{counted(len(missing), noun)} cannot be exported: not rated, or already being exported.",
            faults=[
                Fault(f"/selection/{name}/{index}", f"{noun} {chosen_id} is not rated, or already being exported")
                for index, chosen_id in enumerate(chosen or ())
                if chosen_id in missing
            ],
        )


async def claim_run(
    session: AsyncSession, request: ExportRequest, order_ids: Sequence[int], kind: InvoiceKind
) -> ExportRun:
    """Creates a run with these locked orders. Orders that are on no invoice get their own, of this `kind`.

    Raises ExportDateRefused or RollupTooLarge.
    """
    await _require_postable(session, request, order_ids)
    try:
        return await _claim(session, request, Choice(tuple(order_ids), (), ()), kind)
    except _TooLarge as error:
        raise _refusal_of(error, request.selection) from None


class _TooLarge(Exception):
    """Invoices of the run cannot be sent, because one message cannot hold so many orders."""

    def __init__(self, blockers: Sequence[Blocker]):
        super().__init__()
        self.blockers = blockers


def _faults_of(selection: Selection, blockers: Sequence[Blocker]) -> list[Fault]:
    places = places_of(selection, blockers)
    return [Fault(place, f"work order {one.number}: {one.reason}") for place, one in zip(places, blockers, strict=True)]


def _refusal_of(error: _TooLarge, selection: Selection) -> RollupTooLarge:
    return RollupTooLarge(
        f"{counted(len(error.blockers), 'order')} cannot be sent, because one message cannot hold so many orders of an "
        "invoice. Split the invoices listed in `errors`.",
        faults=_faults_of(selection, error.blockers[:MOST_LEFT_OUT]),
    )


async def _claim(session: AsyncSession, request: ExportRequest, choice: Choice, kind: InvoiceKind) -> ExportRun:
    if not choice.work_order_ids:
        besides = (
            f", besides {counted(len(choice.left_out), 'order')} left out; see `errors`" if choice.left_out else ""
        )
        raise NothingToExport(
            f"The selection has no order that is rated and not already being exported{besides}.",
            faults=_faults_of(request.selection, choice.left_out[:MOST_LEFT_OUT]),
        )
    run_id = await claim.insert_run(
        session,
        requested_by=request.requested_by,
        requested_at=request.requested_at,
        invoice_date=request.invoice_date,
        month=request.month,
        selection=request.selection,
        left_out=choice.left_out,
    )
    await claim.claim(session, run_id, choice.work_order_ids, kind)
    if large := await claim.find_too_large(session, run_id):
        raise _TooLarge(large)
    await claim.count_run(session, run_id)
    return await read_run(session, EVERYTHING, run_id)


def _require_expected(run: ExportRun, request: ExportRequest) -> None:
    """Raises NotExportable if the selection is no longer what the clerk saw."""
    orders_differ = request.expected_orders not in {None, run.orders}
    total_differs = request.expected_total is not None and request.expected_total != run.total
    if orders_differ or total_differs:
        raise NotExportable(
            f"The selection has changed: it now has {counted(run.orders, 'order')} with a total of ${run.total:,}. "
            "Review it, then export again.",
            members={"orders": run.orders, "total": str(run.total)},
        )


async def send_part(session: AsyncSession, chunk_orders: int, attempts: Attempts) -> bool:
    """One step of the oldest unsent run: splits it into chunks, sends its next chunk, or marks it as sent.

    Returns False if there is nothing to send. A run that `attempts` leaves out is passed by.
    """
    run = await sending.lock_unsent_run(session, attempts.left_out)
    if run is None:
        return False
    async with attempts.attempt(session, run.id, f"export run {run.id}"):
        await _send_part_of(session, run, chunk_orders)
    return True


async def _send_part_of(session: AsyncSession, run: UnsentRun, chunk_orders: int) -> None:
    if run.status == "preparing":
        await sending.save_chunks(session, run.id, cut_chunks(await sending.candidates(session, run.id), chunk_orders))
        return
    position = await sending.next_chunk(session, run.id)
    if position is None:
        await sending.mark_sent(session, run.id)
    else:
        await sending.send_chunk(session, run.id, position)


async def ask_again(session: AsyncSession, patience_seconds: float, attempts: Attempts) -> bool:
    """Sends a chunk again that has waited too long for its answer; returns False if there is no such chunk."""
    chunk = await sending.lock_unanswered_chunk(session, patience_seconds, attempts.left_out)
    if chunk is None:
        return False
    async with attempts.attempt(session, chunk.run_id, f"chunk {chunk.position} of export run {chunk.run_id}"):
        await sending.send_chunk(session, chunk.run_id, chunk.position)
    return True


async def withdraw(session: AsyncSession, scope: Scope, run_id: int, invoice_ids: Sequence[int] | None) -> int:
    """Asks receivables not to book the invoices of a run that have no answer yet; returns how many there are.

    The answers arrive like any other: `exported` if the invoice was already booked, or else refused as `WITHDRAWN`.
    Raises NotFound or AlreadyAnswered.
    """
    await read_run(session, scope, run_id)
    await answers.lock_run(session, run_id)
    waiting = await sending.request_withdrawal(session, run_id, invoice_ids)
    if waiting == 0:
        raise AlreadyAnswered(f"Export run {run_id} has no such invoice that is still waiting for an answer.")
    return waiting


async def read_run(session: AsyncSession, scope: Scope, run_id: int) -> ExportRun:
    """Returns a run with its progress; raises NotFound, also if the caller may not see all of its invoices."""
    run = await runs.find_run(session, scope, run_id)
    if run is None:
        raise NotFound(f"There is no export run {run_id}.")
    return with_shown_status(run)


async def list_runs(
    session: AsyncSession, scope: Scope, filters: RunFilter, query: PageQuery
) -> tuple[list[ExportRun], str | None, int | None]:
    """One page of runs, the cursor of the next page, and how many match that the caller may see."""
    found, cursor, count = await runs.list_runs(session, scope, filters, query)
    return [with_shown_status(run) for run in found], cursor, count


async def list_invoices(
    session: AsyncSession, scope: Scope, run_id: int, outcome: Outcome | None, search: str | None, query: PageQuery
) -> tuple[list[RunInvoice], str | None, int | None]:
    """One page of the invoices of a run, the cursor of the next page, and how many match; raises NotFound."""
    await read_run(session, scope, run_id)
    return await runs.list_invoices(session, run_id, outcome, search, query)


async def list_hand_overs(
    session: AsyncSession, scope: Scope, order_id: int, query: PageQuery
) -> tuple[list[CreditedHandOver], str | None, int | None]:
    """One page of the hand-overs of an order with their answers and credits, and their number; raises NotFound."""
    await find_order(session, scope, order_id)
    found, cursor, count = await hand_overs.list_hand_overs(session, order_id, query)
    return with_credits(found, await hand_overs.credits_of(session, order_id)), cursor, count


async def apply_exported(
    session: AsyncSession, run_id: int, bookings: Sequence[Booking], *, run_uuid: UUID | None
) -> bool:
    """Marks the orders of booked invoices as exported. An answer that was already applied changes nothing.

    Returns False if the answer is about another run of the same number, from before a restore.
    """
    if not await _lock_answered_run(session, run_id, run_uuid):
        return False
    settlement = await _settle(
        session, run_id, [(booking.invoice_id, booking.attempt) for booking in bookings], "exported"
    )
    if settlement.hand_overs:
        await answers.save_exported(session, settlement, bookings)
        await answers.add_to_run(session, run_id, "exported", settlement)
        await commissions.make_payable(session, settlement.work_order_ids)
    return True


async def _lock_answered_run(session: AsyncSession, run_id: int, run_uuid: UUID | None) -> bool:
    same = await answers.lock_run(session, run_id, run_uuid)
    if not same:
        log.warning("an answer about another export run %d (%s) is ignored", run_id, run_uuid)
    return same


async def apply_batched(
    session: AsyncSession, run_id: int, batch: int, pairs: Sequence[tuple[int, int]], *, run_uuid: UUID | None
) -> None:
    """Records that invoices wait in a batch for review. Invoices that already have an answer do not change."""
    if await _lock_answered_run(session, run_id, run_uuid):
        await answers.save_batched(session, batch, pairs)


async def apply_refused(
    session: AsyncSession, run_id: int, refusals: Sequence[Refusal], *, run_uuid: UUID | None
) -> None:
    """Unlocks the orders of refused invoices. An answer that was already applied changes nothing.

    Neither does one about another run of the same number, from before a restore.
    """
    if not await _lock_answered_run(session, run_id, run_uuid):
        return
    settlement = await _settle(
        session, run_id, [(refusal.invoice_id, refusal.attempt) for refusal in refusals], "refused"
    )
    if settlement.hand_overs:
        await answers.save_refused(session, settlement, refusals)
        await answers.add_to_run(session, run_id, "refused", settlement)


async def apply_credited(session: AsyncSession, credited: CreditedInvoice) -> None:
    """Records a credit, reverses its commissions, and reopens or closes orders of which nothing is left.

    The credit can arrive before the answer that the invoice was booked. It contains the booking, which is applied
    first. A credit of what another run of the same number exported before a restore changes nothing.
    """
    same_run = await apply_exported(session, credited.run_id, [credited.booking], run_uuid=credited.run_uuid)
    if not same_run or await answers.save_credit(session, credited) == 0:
        return
    by_id = {credit.work_order_id: credit for credit in credited.orders}
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
    waiting = [(hand_over.invoice_id, hand_over.attempt) for hand_over in hand_overs if hand_over.outcome == "waiting"]
    orders = await answers.handed_orders(session, waiting) if waiting else []
    return settle(run_id, pairs, outcome, hand_overs, orders)
