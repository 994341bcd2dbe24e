"""The rows of commission periods and payments."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.commission_payments import Choice, Owed, Payment, Period
from services.rating.store.work_orders import SIDES
from shared.access.grants import Scope
from shared.database.pages import PageQuery, Sorting, Where, fetch_list_count, fetch_page
from shared.database.scope import scope_condition
from shared.database.statements import execute, fetch_all, fetch_one, fetch_value

_ORDERS = "JOIN work_order w ON w.id = c.work_order_id JOIN branch b ON b.code = w.branch"


async def hold_open_period(session: AsyncSession) -> int:
    """Returns the open period and keeps it open until this transaction ends. Other transactions can book in it, too."""
    for _ in range(2):
        # If this waited while the period was closed, the query finds no open row. The second one finds the next period.
        found: int | None = await fetch_value(
            session, "SELECT id FROM commission_period WHERE closed_at IS NULL FOR SHARE"
        )
        if found is not None:
            return found
    raise AssertionError("one commission period is always open")


async def close_period(session: AsyncSession, period_id: int, closed_by: str, closed_at: datetime) -> bool:
    """Closes the period and opens the next one; returns False if it is already closed. Waits for open bookings."""
    closed = await execute(
        session,
        """
        UPDATE commission_period SET closed_at = greatest(opened_at, :closed_at), closed_by = :closed_by
        WHERE id = :id AND closed_at IS NULL
        """,
        id=period_id,
        closed_by=closed_by,
        closed_at=closed_at,
    )
    if closed:
        await execute(session, "INSERT INTO commission_period (opened_at) VALUES (:opened_at)", opened_at=closed_at)
    return bool(closed)


_PERIOD = "period.*, coalesce(booked.bookings, 0) AS bookings, coalesce(booked.amount, 0.00) AS amount"


def _periods(scope: Scope) -> tuple[str, dict[str, object]]:
    """The source of periods with what is booked in each within the scope, with its parameters."""
    within, parameters = scope_condition(scope, **SIDES)
    return (
        f"""
        commission_period period LEFT JOIN LATERAL (
            SELECT count(*) AS bookings, sum(c.amount) AS amount FROM commission c {_ORDERS}
            WHERE c.period_id = period.id AND NOT c.void AND {within}) AS booked ON true
        """,
        dict(parameters),
    )


async def find_period(session: AsyncSession, scope: Scope, period_id: int) -> Period | None:
    """The period with what is booked in it within the scope, or None if it does not exist."""
    source, parameters = _periods(scope)
    return await fetch_one(
        session, Period, f"SELECT {_PERIOD} FROM {source} WHERE period.id = :id", id=period_id, **parameters
    )


PERIOD_SORTING = Sorting({"id": ("period.id", "bigint")}, default="-id", key="period.id")


async def list_periods(
    session: AsyncSession, scope: Scope, query: PageQuery
) -> tuple[list[Period], str | None, int | None]:
    """One page of the periods with what is booked in each within the scope, the next cursor, and how many there are."""
    source, parameters = _periods(scope)
    periods, cursor = await fetch_page(
        session,
        Period,
        columns=_PERIOD,
        source=source,
        where=Where(parameters=parameters),
        sorting=PERIOD_SORTING,
        query=query,
    )
    return periods, cursor, await fetch_list_count(session, "commission_period", Where(), query)


async def lock_owed(
    session: AsyncSession, scope: Scope, servers: Sequence[str] | None, through_period: int | None
) -> list[Owed]:
    """Locks what is payable and not in a payment, so that no other payment can select it."""
    where = (
        Where(["c.payable_at IS NOT NULL", "c.payment_id IS NULL"])
        .within(scope, **SIDES)
        .one_of("c.server", "servers", servers)
        .add("c.period_id <= :through_period", through_period=through_period)
    )
    return await fetch_all(
        session,
        Owed,
        f"""
        SELECT c.id, c.server, c.amount FROM commission c {_ORDERS} WHERE {where.sql}
        ORDER BY c.id FOR NO KEY UPDATE OF c
        """,
        **where.parameters,
    )


async def insert_payment(session: AsyncSession, choice: Choice, selected_by: str, selected_at: datetime) -> int:
    """Records a payment of the chosen bookings, which the caller has locked. Returns its id."""
    payment_id: int = await fetch_value(
        session,
        """
        INSERT INTO commission_payment (status, selected_by, selected_at, servers, commissions, total)
        VALUES ('selected', :selected_by, :selected_at, :servers, :commissions, :total) RETURNING id
        """,
        selected_by=selected_by,
        selected_at=selected_at,
        servers=choice.servers,
        commissions=len(choice.ids),
        total=choice.total,
    )
    await execute(
        session,
        "UPDATE commission SET payment_id = :payment_id WHERE id = ANY(CAST(:ids AS bigint[]))",
        payment_id=payment_id,
        ids=list(choice.ids),
    )
    return payment_id


async def pay(session: AsyncSession, payment_id: int, paid_by: str, paid_at: datetime) -> None:
    """Marks the payment as paid."""
    await execute(
        session,
        "UPDATE commission_payment SET status = 'paid', paid_by = :paid_by, paid_at = :paid_at WHERE id = :id",
        id=payment_id,
        paid_by=paid_by,
        paid_at=paid_at,
    )


async def release(session: AsyncSession, payment_id: int) -> None:
    """Marks the payment as released, so that its commissions are owed again."""
    await execute(session, "UPDATE commission_payment SET status = 'released' WHERE id = :id", id=payment_id)
    await execute(session, "UPDATE commission SET payment_id = NULL WHERE payment_id = :id", id=payment_id)


def _visible(scope: Scope) -> Where:
    """A payment is visible if all of its commissions are, because its total would reveal the others."""
    within, parameters = scope_condition(scope, **SIDES)
    if within == "true":
        return Where()
    hidden = f"EXISTS (SELECT FROM commission c {_ORDERS} WHERE c.payment_id = payment.id AND NOT {within})"
    return Where(["payment.status <> 'released'", f"NOT {hidden}"], dict(parameters))


async def find_payment(session: AsyncSession, scope: Scope, payment_id: int, *, lock: bool = False) -> Payment | None:
    """The payment, or None if it is not visible; with `lock` locked against other changes."""
    where = _visible(scope).add("payment.id = :payment_id", payment_id=payment_id)
    return await fetch_one(
        session,
        Payment,
        f"SELECT payment.* FROM commission_payment payment WHERE {where.sql} {'FOR NO KEY UPDATE' if lock else ''}",
        **where.parameters,
    )


SORTING = Sorting(
    {"id": ("payment.id", "bigint"), "total": ("payment.total", "numeric")}, default="-id", key="payment.id"
)


async def list_payments(
    session: AsyncSession, scope: Scope, query: PageQuery
) -> tuple[list[Payment], str | None, int | None]:
    """One page of the visible payments, the cursor of the next page, and how many there are."""
    where = _visible(scope)
    payments, cursor = await fetch_page(
        session,
        Payment,
        columns="payment.*",
        source="commission_payment payment",
        where=where,
        sorting=SORTING,
        query=query,
    )
    return payments, cursor, await fetch_list_count(session, "commission_payment payment", where, query)
