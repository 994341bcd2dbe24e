"""Commissions: booked and taken back with ratings, reversed by credits, adjusted by hand, and listed."""

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
    """What each rating earns its servers, with one statement, or without any if no line has a server."""
    served_on = {order.id: order.service_on for order in orders}
    named = sorted({share.server for rating in rated for terms in rating.terms for share in terms.servers})
    servers = await commissions.terms_of_servers(session, named) if named else {}
    return [
        [part for terms in rating.terms for part in earn(terms, served_on[rating.work_order_id], servers)]
        for rating in rated
    ]


async def book(
    session: AsyncSession,
    rated: Sequence[Rated],
    orders: Sequence[WorkOrder],
    versions: Mapping[int, int],
    booked_by: str,
    booked_at: datetime,
) -> None:
    """Books what new ratings earn in the open period, with three statements or none, for any number of orders.

    `versions` are the versions of the new ratings, by order id. The caller has locked the orders.
    """
    figured = await figure(session, rated, orders)
    earned = [
        (rating.work_order_id, versions[rating.work_order_id], part)
        for rating, parts in zip(rated, figured, strict=True)
        for part in parts
    ]
    if earned:
        period_id = await payments.hold_open_period(session)
        await commissions.insert_earned(session, period_id, earned, booked_by, booked_at)


async def take_back(session: AsyncSession, versions: Mapping[int, int], taken_by: str, at: datetime) -> list[Balance]:
    """Takes back the commissions of ratings that are replaced or removed before they are in A/R.

    Bookings in the open period become void. Bookings in a closed period stay, and are reversed in the open period.
    `versions` are the rating versions by order id. Returns the balances before.
    """
    before = await commissions.balances(session, versions)
    if not before:
        return []
    period_id = await payments.hold_open_period(session)
    await commissions.void(session, versions)
    left = [
        Correction(balance.id, -balance.left)
        for balance in await commissions.balances(session, versions)
        if balance.left
    ]
    if left:
        words = "the rating was replaced or removed"
        await commissions.insert_corrections(
            session, period_id, "reversed", left, words=words, booked_by=taken_by, booked_at=at
        )
    return before


async def keep_adjustments(
    session: AsyncSession, before: Sequence[Balance], versions: Mapping[int, int], rated_by: str, at: datetime
) -> None:
    """Carries amounts that were adjusted by hand `before` over to the commissions of new ratings."""
    if all(balance.earned == balance.figured for balance in before):
        return
    kept = keep_adjusted(before, await commissions.balances(session, versions))
    if kept:
        await commissions.insert_corrections(
            session,
            await payments.hold_open_period(session),
            "adjusted",
            kept,
            words="adjusted before the order was rated again",
            booked_by=rated_by,
            booked_at=at,
        )


async def reverse_credited(session: AsyncSession, credited: CreditedInvoice, at: datetime) -> None:
    """Reverses in the open period what a credit takes back. The caller has locked the orders."""
    balances = await commissions.balances(session, {order.work_order_id: order.version for order in credited.orders})
    given = [Credit(order.work_order_id, order.version, order.credited, order.remaining) for order in credited.orders]
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
    """Changes the amount of a commission by a booking in its own period, which must still be open.

    Raises NotFound, VersionStale, CommissionTakenBack, CommissionPeriodClosed or NothingToAdjust.
    """
    locked = await commissions.lock_commission(session, scope, commission_id)
    if locked is None:
        raise NotFound(f"There is no commission {commission_id}.")
    require_version(locked.bookings, expected_bookings, f"Commission {commission_id}")
    period_id = await payments.hold_open_period(session)
    balances = await commissions.balances(session, {locked.work_order_id: locked.version})
    balance = next((balance for balance in balances if balance.id == commission_id), None)
    correction = adjust(balance, amount, period_closed=period_id != locked.period_id)
    await commissions.insert_corrections(
        session, period_id, "adjusted", [correction], words=reason, booked_by=adjusted_by, booked_at=at
    )


async def read_commission(session: AsyncSession, scope: Scope, commission_id: int) -> Commission:
    """Returns a commission with its corrections; raises NotFound."""
    found = await commissions.bookings_of(session, scope, commission_id)
    if not found or found[0].id != commission_id or found[0].kind != "earned":
        raise NotFound(f"There is no commission {commission_id}.")
    return commission_of(found)


async def list_commissions(
    session: AsyncSession, scope: Scope, filters: CommissionFilter, query: PageQuery
) -> tuple[list[Booking], str | None, CommissionTotals | None]:
    """One page of bookings, the cursor of the next page, and the totals of all bookings that match if wanted."""
    bookings, cursor = await commissions.list_bookings(session, scope, filters, query)
    if not query.totals:
        return bookings, cursor, None
    return bookings, cursor, total_of(await commissions.total_by_server(session, scope, filters))
