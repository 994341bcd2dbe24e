"""Statements that count what waits, by indexes of only that."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.ready_to_export import PlannedExport
from services.rating.store import draft_invoices
from services.rating.store.exports.blockers import BLOCKERS, held, stopping
from services.rating.store.selection import TO_ROLL_UP
from services.rating.store.work_orders import BRANCH, SIDES, branch_if_limited
from shared.access.grants import Scope
from shared.database.pages import Where
from shared.database.statements import fetch_all, fetch_one
from shared.values.money import LARGEST


@dataclass(frozen=True)
class Counted:
    """How many wait, and what they come to."""

    count: int
    total: Decimal


@dataclass(frozen=True)
class CountedDrafts(Counted):
    """Draft invoices with the total of their orders, and those of them that were refused."""

    refused: int
    refused_total: Decimal


@dataclass(frozen=True)
class CountedReason:
    """How many open orders cannot be rated for a reason."""

    reason: str
    count: int


async def exportable(session: AsyncSession, scope: Scope, planned: PlannedExport) -> Counted:
    """The orders that an export of everything would include.

    Orders of one bill-to and branch that are on the same invoice, or on none, have the same blockers if their totals are
    both positive, both zero or both negative. So they are added up before anything is looked up for them.
    """
    where = Where(["w.status IN ('rated', 'assigned')"]).within(scope, **SIDES)
    found = await fetch_one(
        session,
        Counted,
        f"""
        WITH alike AS MATERIALIZED (
            SELECT w.branch, w.bill_to, w.invoice_id, count(*) AS orders, sum(w.total) AS total
            FROM work_order w {branch_if_limited(scope)} WHERE {where.sql}
            GROUP BY w.branch, w.bill_to, w.invoice_id, sign(w.total)
        )
        SELECT coalesce(sum(orders), 0)::bigint AS count, coalesce(sum(w.total), 0.00) AS total
        FROM alike w {BRANCH} {stopping(held("o.status = 'assigned'"))}
        WHERE cardinality({BLOCKERS}) = 0 AND b.ar_company <> ALL(CAST(:refused AS int[]))
        """,
        **where.parameters,
        invoice_date=planned.invoice_date,
        largest=LARGEST,
        refused=sorted(planned.refused),
    )
    assert found is not None
    return found


async def failing(session: AsyncSession, scope: Scope) -> list[CountedReason]:
    """Open orders whose rating would be refused, by reason."""
    where = Where(["e.why <> ''", "w.status = 'open'"]).within(scope, **SIDES)
    return await fetch_all(
        session,
        CountedReason,
        f"""
        SELECT e.why AS reason, count(*) AS count
        FROM order_estimate e JOIN work_order w ON w.id = e.work_order_id {branch_if_limited(scope)}
        WHERE {where.sql} GROUP BY e.why ORDER BY e.why
        """,
        **where.parameters,
    )


async def to_roll_up(session: AsyncSession, scope: Scope) -> Counted:
    """The rated orders that wait for their roll-up."""
    where = Where(["w.status = 'rated'", TO_ROLL_UP]).within(scope, **SIDES)
    found = await fetch_one(
        session,
        Counted,
        f"""
        SELECT count(*) AS count, coalesce(sum(w.total), 0.00) AS total FROM work_order w {BRANCH} WHERE {where.sql}
        """,
        **where.parameters,
    )
    assert found is not None
    return found


async def drafts(session: AsyncSession, scope: Scope) -> CountedDrafts:
    """The draft invoices, and those that were refused."""
    where = Where(["i.status = 'draft'"]).within(scope, **draft_invoices.SIDES)
    found = await fetch_one(
        session,
        CountedDrafts,
        f"""
        SELECT count(*) AS count, coalesce(sum(held.total), 0.00) AS total,
               count(*) FILTER (WHERE {draft_invoices.REFUSED}) AS refused,
               coalesce(sum(held.total) FILTER (WHERE {draft_invoices.REFUSED}), 0.00) AS refused_total
        FROM invoice i JOIN branch b ON b.code = i.branch
        LEFT JOIN {held("o.status = 'assigned'")} AS held ON held.invoice_id = i.id
        WHERE {where.sql}
        """,
        **where.parameters,
    )
    assert found is not None
    return found
