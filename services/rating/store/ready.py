"""Rated Workorders Ready to Export: the rows and their totals."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.ready import GroupTotal, ReadyFacts, ReadyFilter, ReadyTotals
from shared.access import Scope
from shared.database import fetch_all
from shared.listing import PageQuery, Sorting, Where, fetch_page
from shared.money import ZERO

_SOURCE = """
    work_order w
    JOIN branch b ON b.code = w.branch
    JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
    LEFT JOIN customer c ON c.ar_company = b.ar_company AND c.number = w.bill_to
    LEFT JOIN invoice i ON i.id = w.invoice_id
    LEFT JOIN rollup_rule u ON u.ar_company = b.ar_company AND u.bill_to = w.bill_to AND u.style = 'rollup'
"""


def _where(scope: Scope, wanted: ReadyFilter) -> Where:
    return (
        Where(["w.status IN ('rated', 'assigned')"])
        .within(scope, branch="w.branch", customer="w.bill_to", ar_company="b.ar_company")
        .add("w.branch = :branch", branch=wanted.branch)
        .add("w.bill_to = :bill_to", bill_to=wanted.bill_to)
        .add("w.invoice_id = :invoice_id", invoice_id=wanted.invoice_id)
        .add("r.rated_at <= :rated_until", rated_until=wanted.rated_until)
    )


async def list_ready(
    session: AsyncSession, scope: Scope, wanted: ReadyFilter, query: PageQuery
) -> tuple[list[ReadyFacts], str | None]:
    """One page of what is ready."""
    return await fetch_page(
        session,
        ReadyFacts,
        columns="""
            w.id AS work_order_id, w.number, w.revision, w.invoice_id, i.kind AS invoice_kind, i.cycle_to,
            u.id IS NOT NULL AS rolled_up, w.branch, b.ar_company, w.customer, w.bill_to,
            c.name AS bill_to_name, c.status AS bill_to_status, w.job_type, w.priority, r.region, w.service_on,
            r.rated_by, r.rated_at, w.changed_at, w.rating_version, r.charges_total, r.advances_total, r.total
        """,
        source=_SOURCE,
        where=_where(scope, wanted),
        sorting=Sorting(
            {
                "number": ("w.number", "text"),
                "branch": ("w.branch", "text"),
                "bill_to": ("w.bill_to", "text"),
                "invoice_id": ("coalesce(w.invoice_id, 0)", "bigint"),
                "rated_at": ("r.rated_at", "timestamptz"),
                "total": ("r.total", "numeric"),
            },
            default="bill_to",
            key="w.id",
        ),
        query=query,
    )


async def total_ready(session: AsyncSession, scope: Scope, wanted: ReadyFilter) -> ReadyTotals:
    """The totals of everything that fits, by branch and by income account."""
    where = _where(scope, wanted)
    by_branch = await fetch_all(
        session,
        GroupTotal,
        f"""
        SELECT w.branch AS name, count(*) AS orders, sum(r.charges_total) AS charges_total,
               sum(r.advances_total) AS advances_total, sum(r.total) AS total
        FROM {_SOURCE} WHERE {where.sql} GROUP BY w.branch ORDER BY w.branch
        """,
        **where.parameters,
    )
    by_account = await fetch_all(
        session,
        GroupTotal,
        f"""
        SELECT l.income_account AS name, count(DISTINCT w.id) AS orders,
               coalesce(sum(l.amount) FILTER (WHERE NOT l.fee_advance), 0.00) AS charges_total,
               coalesce(sum(l.amount) FILTER (WHERE l.fee_advance), 0.00) AS advances_total, sum(l.amount) AS total
        FROM {_SOURCE} JOIN rating_line l ON l.rating_id = r.id
        WHERE {where.sql} GROUP BY l.income_account ORDER BY l.income_account
        """,
        **where.parameters,
    )
    return ReadyTotals(
        count=sum(one.orders for one in by_branch),
        charges_total=sum((one.charges_total for one in by_branch), ZERO),
        advances_total=sum((one.advances_total for one in by_branch), ZERO),
        total=sum((one.total for one in by_branch), ZERO),
        by_branch=by_branch,
        by_income_account=by_account,
    )
