"""The rows of commissions. Each function is one statement, for any number of orders."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.commissions import (
    Balance,
    Booking,
    BookingKind,
    CommissionFilter,
    Correction,
    Earned,
    RatePeriod,
    ServerTerms,
    ServerTotal,
)
from services.rating.store.work_orders import SIDES
from shared.access.grants import Scope
from shared.database.pages import PageQuery, Sorting, Where, fetch_page
from shared.database.statements import columns, copy_records, execute, fetch_all, fetch_one
from shared.values.fields import field_names

_EARNED = field_names(Earned)
_STATUS = """
    CASE WHEN p.status = 'paid' THEN 'paid' WHEN c.payment_id IS NOT NULL THEN 'selected'
         WHEN c.payable_at IS NOT NULL THEN 'payable' ELSE 'accrued' END
"""
_ORDER = "JOIN work_order w ON w.id = c.work_order_id JOIN branch b ON b.code = w.branch"
_PAYMENT = "LEFT JOIN commission_payment p ON p.id = c.payment_id"
_SOURCE = f"commission c JOIN server s ON s.code = c.server {_ORDER} {_PAYMENT}"
_INVOICE = """
    (SELECT i.ar_number FROM export_order o
     JOIN export_invoice e ON e.invoice_id = o.invoice_id AND e.attempt = o.invoice_attempt
     JOIN invoice i ON i.id = o.invoice_id
     WHERE o.work_order_id = c.work_order_id AND o.version = c.version AND e.outcome = 'exported')
"""
_COLUMNS = f"""
    c.id, coalesce(c.corrects, c.id) AS commission_id, c.kind, c.period_id AS period, c.server, s.name AS server_name,
    c.work_order_id, w.number AS work_order, c.version, w.branch, w.bill_to, w.service_on, {_INVOICE} AS invoice,
    c.billing_item, c.base, c.method, c.figure, c.share, c.amount, {_STATUS} AS status, c.payment_id AS payment, c.words,
    c.booked_by, c.booked_at
"""


async def terms_of_servers(session: AsyncSession, codes: Sequence[str]) -> dict[str, ServerTerms]:
    """Whether the servers receive commission, and their own percentages, by server code."""
    found = await session.execute(
        text(
            """
            SELECT s.code, s.receives_commission, r.percent, r.effective_from, r.effective_to
            FROM server s LEFT JOIN commission_rate r ON r.server = s.code
            WHERE s.code = ANY(CAST(:codes AS text[]))
            """
        ),
        {"codes": list(codes)},
    )
    receives: dict[str, bool] = {}
    rates: dict[str, list[RatePeriod]] = defaultdict(list)
    for row in found:
        receives[row.code] = row.receives_commission
        if row.percent is not None:
            rates[row.code].append(RatePeriod(row.percent, row.effective_from, row.effective_to))
    return {code: ServerTerms(flag, tuple(rates[code])) for code, flag in receives.items()}


async def insert_earned(
    session: AsyncSession,
    period_id: int,
    earned: Sequence[tuple[int, int, Earned]],
    booked_by: str,
    booked_at: datetime,
) -> None:
    """Books what ratings earn. Each item has the id of its order and the version of its rating."""
    await copy_records(
        session,
        "commission",
        ("kind", "period_id", "booked_by", "booked_at", "work_order_id", "version", *_EARNED),
        [
            ("earned", period_id, booked_by, booked_at, order_id, version, *(getattr(part, name) for name in _EARNED))
            for order_id, version, part in earned
        ],
    )


async def void(session: AsyncSession, versions: Mapping[int, int]) -> int:
    """Voids what ratings, given by order id and version, earned in the open period, which the caller has locked."""
    return await execute(
        session,
        """
        UPDATE commission SET void = true
        FROM unnest(CAST(:order_ids AS bigint[]), CAST(:versions AS int[])) AS replaced (id, version), commission_period p
        WHERE commission.work_order_id = replaced.id AND commission.version = replaced.version AND NOT commission.void
          AND commission.payable_at IS NULL AND p.id = commission.period_id AND p.closed_at IS NULL
        """,
        order_ids=list(versions),
        versions=list(versions.values()),
    )


async def balances(session: AsyncSession, versions: Mapping[int, int]) -> list[Balance]:
    """What ratings, given by order id and version, earned each server, and what is left of it."""
    return await fetch_all(
        session,
        Balance,
        """
        SELECT coalesce(c.corrects, c.id) AS id, c.work_order_id, c.version, c.server, c.billing_item, r.total,
               coalesce(sum(c.amount) FILTER (WHERE c.kind = 'earned'), 0.00) AS figured,
               coalesce(sum(c.amount) FILTER (WHERE c.kind <> 'reversed'), 0.00) AS earned, sum(c.amount) AS left
        FROM unnest(CAST(:order_ids AS bigint[]), CAST(:versions AS int[])) AS named (id, version)
        JOIN commission c ON c.work_order_id = named.id AND c.version = named.version
        JOIN rating r ON r.work_order_id = named.id AND r.version = named.version
        WHERE NOT c.void
        GROUP BY coalesce(c.corrects, c.id), c.work_order_id, c.version, c.server, c.billing_item, r.total ORDER BY 1
        """,
        order_ids=list(versions),
        versions=list(versions.values()),
    )


async def insert_corrections(
    session: AsyncSession,
    period_id: int,
    kind: BookingKind,
    corrections: Sequence[Correction],
    *,
    words: str,
    booked_by: str,
    booked_at: datetime,
) -> None:
    """Books corrections of commissions. If a commission is already payable, its correction is payable, too."""
    await execute(
        session,
        """
        INSERT INTO commission (corrects, kind, period_id, server, work_order_id, version, position, billing_item, method,
                                figure, share, base, amount, words, booked_by, booked_at, payable_at)
        SELECT c.id, :kind, :period_id, c.server, c.work_order_id, c.version, c.position, c.billing_item, c.method,
               c.figure, c.share, c.base, new.amount, :words, :booked_by, :booked_at,
               CASE WHEN c.payable_at IS NOT NULL THEN CAST(:booked_at AS timestamptz) END
        FROM unnest(CAST(:corrects AS bigint[]), CAST(:amount AS numeric[])) AS new (id, amount)
        JOIN commission c ON c.id = new.id
        """,
        period_id=period_id,
        kind=kind,
        words=words,
        booked_by=booked_by,
        booked_at=booked_at,
        **columns(corrections, "corrects", "amount"),
    )


async def make_payable(session: AsyncSession, order_ids: Sequence[int]) -> None:
    """Makes the commissions of the orders' current ratings payable, because their invoices are in A/R."""
    await execute(
        session,
        """
        UPDATE commission SET payable_at = now()
        FROM work_order w
        WHERE w.id = ANY(CAST(:order_ids AS bigint[])) AND commission.work_order_id = w.id
          AND commission.version = w.rating_version AND commission.payable_at IS NULL AND NOT commission.void
        """,
        order_ids=list(order_ids),
    )


@dataclass(frozen=True)
class LockedCommission:
    """A commission that is locked for an adjustment, and how many bookings it has."""

    id: int
    work_order_id: int
    version: int
    period_id: int
    bookings: int


async def lock_commission(session: AsyncSession, scope: Scope, commission_id: int) -> LockedCommission | None:
    """Locks the order of a commission and returns the commission, or None if it does not exist or is out of scope."""
    where = Where(["c.corrects IS NULL"]).within(scope, **SIDES).add("c.id = :id", id=commission_id)
    locked = await fetch_one(
        session, _Id, f"SELECT w.id FROM {_SOURCE} WHERE {where.sql} FOR NO KEY UPDATE OF w", **where.parameters
    )
    if locked is None:
        return None
    # Read after the lock, so that this sees what others booked while it waited for the order.
    return await fetch_one(
        session,
        LockedCommission,
        """
        SELECT c.id, c.work_order_id, c.version, c.period_id,
               (SELECT count(*) FROM commission x WHERE x.corrects = c.id) + 1 AS bookings
        FROM commission c WHERE c.id = :id
        """,
        id=commission_id,
    )


@dataclass(frozen=True)
class _Id:
    id: int


async def bookings_of(session: AsyncSession, scope: Scope, commission_id: int) -> list[Booking]:
    """A commission and its corrections in the order of booking, including void ones."""
    where = Where().within(scope, **SIDES).add("(c.id = :id OR c.corrects = :id)", id=commission_id)
    return await fetch_all(
        session, Booking, f"SELECT {_COLUMNS} FROM {_SOURCE} WHERE {where.sql} ORDER BY c.id", **where.parameters
    )


async def of_rating(session: AsyncSession, order_id: int, version: int) -> dict[int, Decimal]:
    """What each line of a rating earns its servers together, by the position of the line."""
    found = await session.execute(
        text(
            """
            SELECT position, sum(amount) AS amount FROM commission
            WHERE work_order_id = :order_id AND version = :version AND NOT void GROUP BY position
            """
        ),
        {"order_id": order_id, "version": version},
    )
    return {row.position: row.amount for row in found}


_IN_STATUS = {
    "accrued": "c.payable_at IS NULL",
    "payable": "c.payable_at IS NOT NULL AND c.payment_id IS NULL",
    "selected": "c.payment_id IS NOT NULL",
    "paid": "c.payment_id IS NOT NULL",
}
"""What each status says about the booking itself, for which there are indexes."""


def _where(scope: Scope, filters: CommissionFilter) -> Where:
    in_status = ["true" if filters.status is None else _IN_STATUS[filters.status]]
    return (
        Where(["NOT c.void", *in_status])
        .within(scope, **SIDES)
        .add("c.server = :server", server=filters.server)
        .add("w.branch = :branch", branch=filters.branch)
        .add("c.period_id = :period", period=filters.period)
        .add("c.payment_id = :payment", payment=filters.payment)
        .add(f"{_STATUS} = :status", status=filters.status)
        .add("(w.number = :work_order OR w.number_key = lower(:work_order))", work_order=filters.work_order)
        .add("w.service_on >= :served_from", served_from=filters.served_from)
        .add("w.service_on <= :served_to", served_to=filters.served_to)
    )


SORTING = Sorting(
    {
        "server": ("c.server", "text"),
        "id": ("c.id", "bigint"),
        "work_order": ("w.number", "text"),
        "amount": ("c.amount", "numeric"),
        "period": ("c.period_id", "bigint"),
    },
    default="server",
    key="c.id",
)


async def list_bookings(
    session: AsyncSession, scope: Scope, filters: CommissionFilter, query: PageQuery
) -> tuple[list[Booking], str | None]:
    """One page of the bookings that match, and the cursor of the next page."""
    return await fetch_page(
        session,
        Booking,
        columns=_COLUMNS,
        source=_SOURCE,
        where=_where(scope, filters),
        sorting=SORTING,
        query=query,
    )


async def total_by_server(session: AsyncSession, scope: Scope, filters: CommissionFilter) -> list[ServerTotal]:
    """The sums of each server over all bookings that match."""
    where = _where(scope, filters)
    needs_orders = bool(scope.limits) or any(
        value is not None for value in (filters.branch, filters.work_order, filters.served_from, filters.served_to)
    )
    part = "coalesce(sum(c.amount) FILTER (WHERE {} = '{}'), 0.00) AS {}"
    parts = [
        part.format(_STATUS, status, name)
        for status, name in (("accrued", "accrued"), ("payable", "owed"), ("selected", "selected"), ("paid", "paid"))
    ]
    return await fetch_all(
        session,
        ServerTotal,
        f"""
        SELECT c.server, s.name, count(*) AS bookings, {", ".join(parts)}, sum(c.amount) AS amount
        FROM commission c {_PAYMENT} {_ORDER if needs_orders else ""} JOIN server s ON s.code = c.server
        WHERE {where.sql} GROUP BY c.server, s.name ORDER BY c.server
        """,
        **where.parameters,
    )
