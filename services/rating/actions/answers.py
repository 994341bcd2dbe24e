"""What receivables answers about exported invoices: locked for good, unlocked, credited."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.actions.commissions import reverse_credited
from services.rating.rules.exports import Booking, CreditedInvoice, Refusal, Settlement, reopens, settle
from services.rating.store import commissions, ratings
from services.rating.store.exports import answers
from shared.clock import now


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
    moved: dict[str, list[int]] = defaultdict(list)
    for standing in await answers.lock_orders(session, sorted(by_id)):
        status = reopens(by_id[standing.id], credited.disposition, standing)
        if status is not None:
            moved[status].append(standing.id)
    await reverse_credited(session, credited, now())
    for status, order_ids in moved.items():
        await answers.leave_exported(session, order_ids, status)
        await ratings.announce(session, order_ids)


async def _settle(session: AsyncSession, run_id: int, pairs: Sequence[tuple[int, int]], outcome: str) -> Settlement:
    hand_overs = await answers.hand_overs(session, pairs)
    waiting = [(one.invoice_id, one.attempt) for one in hand_overs if one.outcome == "waiting"]
    orders = await answers.handed_orders(session, waiting) if waiting else []
    return settle(run_id, pairs, outcome, hand_overs, orders)
