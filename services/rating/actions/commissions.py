"""Commissions: booked with ratings, taken back with them, reversed by credits, adjusted by hand, listed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.commissions import (
    Balance,
    Booking,
    Commission,
    CommissionFilter,
    CommissionTotals,
    Correction,
    Credit,
    Earned,
    adjust,
    commission_of,
    earn,
    keep_adjusted,
    reverse,
    total_of,
)
from services.rating.rules.exports.answers import CreditedInvoice
from services.rating.rules.rated import Rated
from services.rating.rules.work_orders import WorkOrder
from services.rating.store import commission_payments as payments
from services.rating.store import commissions
from shared.access.grants import Scope
from shared.database.pages import PageQuery
from shared.errors import NotFound
from shared.values.versions import require_version


async def figure(session: AsyncSession, rated: Sequence[Rated], orders: Sequence[WorkOrder]) -> list[list[Earned]]:
    """What each of the ratings earns whom, in one statement, or none where no order has a server."""
    served_on = {order.id: order.service_on for order in orders}
    named = sorted({who.server for one in rated for terms in one.terms for who in terms.servers})
    servers = await commissions.terms_of_servers(session, named) if named else {}
    return [
        [part for terms in one.terms for part in earn(terms, served_on[one.work_order_id], servers)] for one in rated
    ]


async def book(
    session: AsyncSession,
    rated: Sequence[Rated],
    orders: Sequence[WorkOrder],
    versions: Mapping[int, int],
    booked_by: str,
    booked_at: datetime,
) -> None:
    """Books what new ratings earn in the open period; three statements, or none, however many orders.

    `versions` gives the version of each order's new rating. The orders are held by the caller.
    """
    figured = await figure(session, rated, orders)
    earned = [
        (one.work_order_id, versions[one.work_order_id], part)
        for one, parts in zip(rated, figured, strict=True)
        for part in parts
    ]
    if earned:
        period_id = await payments.hold_open_period(session)
        await commissions.insert_earned(session, period_id, earned, booked_by, booked_at)


async def take_back(session: AsyncSession, versions: Mapping[int, int], taken_by: str, at: datetime) -> list[Balance]:
    """Takes back what ratings earned that are replaced or removed before they are in A/R, given as order and version.

    What was booked in the open period is void; what a closed period holds stays there and is reversed in the open one.
    Returns how the commissions stood before.
    """
    before = await commissions.balances(session, versions)
    if not before:
        return []
    period_id = await payments.hold_open_period(session)
    await commissions.void(session, versions)
    left = [Correction(one.id, -one.left) for one in await commissions.balances(session, versions) if one.left]
    if left:
        words = "the rating was replaced or removed"
        await commissions.insert_corrections(
            session, period_id, "reversed", left, words=words, booked_by=taken_by, booked_at=at
        )
    return before


async def keep_adjustments(
    session: AsyncSession, before: Sequence[Balance], versions: Mapping[int, int], rated_by: str, at: datetime
) -> None:
    """Brings the commissions of new ratings to the amounts by hand that those `before` had."""
    if all(one.earned == one.figured for one in before):
        return
    kept = keep_adjusted(before, await commissions.balances(session, versions))
    if kept:
        await commissions.insert_corrections(
            session,
            await payments.hold_open_period(session),
            "adjusted",
            kept,
            words="as it was adjusted before the order was rated again",
            booked_by=rated_by,
            booked_at=at,
        )


async def reverse_credited(session: AsyncSession, credited: CreditedInvoice, at: datetime) -> None:
    """Reverses what a credit takes back, in the open period; the orders are held by the caller."""
    balances = await commissions.balances(session, {one.work_order_id: one.version for one in credited.orders})
    given = [Credit(one.work_order_id, one.version, one.credited, one.remaining) for one in credited.orders]
    corrections = reverse(balances, given)
    if corrections:
        await commissions.insert_corrections(
            session,
            await payments.hold_open_period(session),
            "reversed",
            corrections,
            words=f"credit {credited.month}/{credited.transaction}: {credited.reason}",
            booked_by=credited.credited_by,
            booked_at=at,
        )


async def adjust_commission(
    session: AsyncSession,
    scope: Scope,
    commission_id: int,
    expected_bookings: int,
    amount: Decimal,
    reason: str,
    adjusted_by: str,
    at: datetime,
) -> None:
    """Brings a commission to another amount, by a booking in its own period, which is open still.

    Raises NotFound, VersionStale, CommissionTakenBack, CommissionPeriodClosed, NothingToAdjust.
    """
    held = await commissions.hold(session, scope, commission_id)
    if held is None:
        raise NotFound(f"There is no commission {commission_id}.")
    require_version(held.bookings, expected_bookings, f"Commission {commission_id}")
    period_id = await payments.hold_open_period(session)
    balances = await commissions.balances(session, {held.work_order_id: held.version})
    balance = next((one for one in balances if one.id == commission_id), None)
    correction = adjust(balance, amount, period_closed=period_id != held.period_id)
    await commissions.insert_corrections(
        session, period_id, "adjusted", [correction], words=reason, booked_by=adjusted_by, booked_at=at
    )


async def read_commission(session: AsyncSession, scope: Scope, commission_id: int) -> Commission:
    """A commission with its corrections; raises NotFound."""
    found = await commissions.bookings_of(session, scope, commission_id)
    if not found or found[0].id != commission_id or found[0].kind != "earned":
        raise NotFound(f"There is no commission {commission_id}.")
    return commission_of(found)


async def list_commissions(
    session: AsyncSession, scope: Scope, wanted: CommissionFilter, query: PageQuery
) -> tuple[list[Booking], str | None, CommissionTotals]:
    """One page of what is booked, and the totals of all that fits."""
    bookings, cursor = await commissions.list_bookings(session, scope, wanted, query)
    return bookings, cursor, total_of(await commissions.total_by_server(session, scope, wanted))
