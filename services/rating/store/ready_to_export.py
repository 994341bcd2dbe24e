"""The orders and the totals of Rated Workorders Ready to Export."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.ready_to_export import (
    Exposure,
    GroupTotal,
    ReadyFacts,
    ReadyFilter,
    ReadyTotals,
    total_of,
)
from services.rating.store.ratings import RATED_KEY
from services.rating.store.work_orders import SIDES
from shared.access.grants import Scope
from shared.database.pages import PageQuery, Sorting, Where, fetch_page
from shared.database.statements import fetch_all

_COMMISSION = """
    JOIN LATERAL (
        SELECT coalesce(sum(m.amount), 0.00) AS commission FROM commission m
        WHERE m.work_order_id = w.id AND m.version = w.rating_version AND NOT m.void
    ) AS m ON true
"""
_SOURCE = """
    work_order w
    JOIN branch b ON b.code = w.branch
    JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
    LEFT JOIN customer c ON c.ar_company = b.ar_company AND c.number = w.bill_to
    LEFT JOIN ar_company a ON a.number = b.ar_company
    LEFT JOIN invoice i ON i.id = w.invoice_id
    LEFT JOIN rollup_rule u ON u.ar_company = b.ar_company AND u.bill_to = w.bill_to AND u.style = 'rollup'
"""


def _where(scope: Scope, filters: ReadyFilter) -> Where:
    return (
        Where(["w.status IN ('rated', 'assigned')"])
        .within(scope, **SIDES)
        .add("w.branch = :branch", branch=filters.branch)
        .add("w.bill_to = :bill_to", bill_to=filters.bill_to)
        .add("w.invoice_id = :invoice_id", invoice_id=filters.invoice_id)
        .add("r.rated_at <= :rated_until", rated_until=filters.rated_until)
    )


async def list_ready(
    session: AsyncSession, scope: Scope, filters: ReadyFilter, query: PageQuery
) -> tuple[list[ReadyFacts], str | None]:
    """One page of the orders that match, and the cursor of the next page."""
    return await fetch_page(
        session,
        ReadyFacts,
        columns=f"""
            w.id AS work_order_id, w.number, w.revision, w.invoice_id, i.kind AS invoice_kind, i.cycle_to,
            u.id IS NOT NULL AS rolled_up, w.branch, b.ar_company, w.customer, w.bill_to,
            c.name AS bill_to_name, c.status AS bill_to_status, w.job_type, w.priority, r.region, w.service_on,
            r.rated_by, r.rated_at, w.changed_at, w.rating_version, r.charges_total, r.advances_total,
            m.commission, r.total, a.last_closed_month, a.max_open_months, r.rates_digest,
            {RATED_KEY} AS rated_key
        """,
        source=_SOURCE + _COMMISSION,
        where=_where(scope, filters),
        sorting=Sorting(
            {
                "number": ("w.number", "text"),
                "branch": ("w.branch", "text"),
                "bill_to": ("w.bill_to", "text"),
                "invoice_id": ("coalesce(w.invoice_id, 0)", "bigint"),
                "rated_at": ("r.rated_at", "timestamptz"),
                "total": ("w.total", "numeric"),
            },
            default="bill_to",
            key="w.id",
        ),
        query=query,
    )


async def total_ready(session: AsyncSession, scope: Scope, filters: ReadyFilter) -> ReadyTotals:
    """The totals of all orders that match, by branch and by income account."""
    where = _where(scope, filters)
    by_branch = await fetch_all(
        session,
        GroupTotal,
        f"""
        SELECT w.branch AS name, count(*) AS orders, sum(r.charges_total) AS charges_total,
               sum(r.advances_total) AS advances_total, sum(m.commission) AS commission, sum(r.total) AS total
        FROM {_SOURCE} {_COMMISSION} WHERE {where.sql} GROUP BY w.branch ORDER BY w.branch
        """,
        **where.parameters,
    )
    by_account = await fetch_all(
        session,
        GroupTotal,
        f"""
        SELECT l.income_account AS name, count(DISTINCT w.id) AS orders,
               coalesce(sum(l.amount) FILTER (WHERE NOT l.fee_advance), 0.00) AS charges_total,
               coalesce(sum(l.amount) FILTER (WHERE l.fee_advance), 0.00) AS advances_total,
               sum(m.commission) AS commission, sum(l.amount) AS total
        FROM {_SOURCE} JOIN rating_line l ON l.rating_id = r.id
        JOIN LATERAL (
            SELECT coalesce(sum(m.amount), 0.00) AS commission FROM commission m
            WHERE m.work_order_id = w.id AND m.version = w.rating_version AND m.position = l.position AND NOT m.void
        ) AS m ON true
        WHERE {where.sql} GROUP BY l.income_account ORDER BY l.income_account
        """,
        **where.parameters,
    )
    return total_of(by_branch, by_account)


async def exposures(session: AsyncSession, bill_tos: Sequence[tuple[int, str]]) -> list[Exposure]:
    """The bill-tos, given by AR company and number, that have a credit limit, with the amounts that count against it.

    A credit limit covers all branches, so this also counts orders of branches that the caller may not see. Orders that
    are being exported count until they are in A/R.
    """
    return await fetch_all(
        session,
        Exposure,
        """
        WITH named AS MATERIALIZED (
            SELECT DISTINCT c.ar_company, c.number, c.credit_limit
            FROM unnest(CAST(:companies AS int[]), CAST(:numbers AS text[])) AS named (company, number)
            JOIN customer c ON c.ar_company = named.company AND c.number = named.number
            WHERE c.credit_limit IS NOT NULL
        ), waiting AS MATERIALIZED (
            SELECT b.ar_company, w.bill_to, sum(w.total) AS total
            FROM work_order w JOIN branch b ON b.code = w.branch
            WHERE w.status IN ('rated', 'assigned', 'exporting') AND w.bill_to = ANY(ARRAY(SELECT number FROM named))
            GROUP BY b.ar_company, w.bill_to
        )
        SELECT named.ar_company, named.number AS bill_to, named.credit_limit,
               coalesce(a.open_amount, 0.00) AS open_amount, coalesce(waiting.total, 0.00) AS waiting
        FROM named
        LEFT JOIN customer_account a ON a.ar_company = named.ar_company AND a.customer = named.number
        LEFT JOIN waiting ON waiting.ar_company = named.ar_company AND waiting.bill_to = named.number
        """,
        companies=[company for company, _ in bill_tos],
        numbers=[number for _, number in bill_tos],
    )
