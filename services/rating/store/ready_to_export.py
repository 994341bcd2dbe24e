"""The orders and the totals of Rated Workorders Ready to Export."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.ready_to_export import (
    Exposure,
    GroupTotal,
    ReadyFacts,
    ReadyFilter,
    ReadyTotals,
    total_of,
)
from services.rating.store.order_pages import fetch_orders
from services.rating.store.ratings import RATED_WITH
from services.rating.store.work_orders import BRANCH, SIDES, branch_if_limited
from shared.access.grants import Scope
from shared.database.pages import PageQuery, Sorting, Where
from shared.database.spellings import listed, spelled
from shared.database.statements import fetch_all
from shared.values.fields import parts_of

_COMMISSION = """
    JOIN LATERAL (
        SELECT coalesce(sum(m.amount), 0.00) AS commission FROM commission m
        WHERE m.work_order_id = w.id AND m.version = w.rating_version AND NOT m.void
    ) AS m ON true
"""
_RATED = f"{BRANCH} JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version"
_RATED_AT = """
    CROSS JOIN LATERAL (
        SELECT r.rated_at FROM rating r WHERE r.work_order_id = w.id AND r.version = w.rating_version OFFSET 0
    ) AS r
"""
"""When orders were rated, looked up for each of them: the planner would otherwise read the ratings of all years."""
_SHOWN = f"""
    {_RATED}
    LEFT JOIN customer c ON c.ar_company = b.ar_company AND c.number = w.bill_to
    LEFT JOIN ar_company a ON a.number = b.ar_company
    LEFT JOIN invoice i ON i.id = w.invoice_id
    LEFT JOIN rollup_rule u ON u.ar_company = b.ar_company AND u.bill_to = w.bill_to AND u.style = 'rollup'
"""


@dataclass(frozen=True)
class _GroupTotal(GroupTotal):
    of_branch: bool


def _where(scope: Scope, filters: ReadyFilter) -> Where:
    return (
        Where(["w.status IN ('rated', 'assigned')"])
        .within(scope, **SIDES)
        .add("w.branch = :branch", branch=filters.branch)
        .add(spelled("w.bill_to", "bill_to"), bill_to=listed(filters.bill_to))
        .add("w.invoice_id = :invoice_id", invoice_id=filters.invoice_id)
        .add("r.rated_at <= :rated_until", rated_until=filters.rated_until)
    )


SORTING = Sorting(
    {
        # Not the bare number: its index would be walked through the orders of all years to find ready ones.
        "number": ("(w.number || '')", "text"),
        "branch": ("w.branch", "text"),
        "bill_to": ("w.bill_to", "text"),
        "invoice_id": ("coalesce(w.invoice_id, 0)", "bigint"),
        "rated_at": ("r.rated_at", "timestamptz"),
        "total": ("w.total", "numeric"),
    },
    default="bill_to",
    key="w.id",
)


async def list_ready(
    session: AsyncSession, scope: Scope, filters: ReadyFilter, query: PageQuery
) -> tuple[list[ReadyFacts], str | None]:
    """One page of the orders that match, and the cursor of the next page."""
    needs_ratings = filters.rated_until is not None or (query.sort or "").endswith("rated_at")
    return await fetch_orders(
        session,
        ReadyFacts,
        columns=f"""
            w.id AS work_order_id, w.number, w.revision, w.invoice_id, i.kind AS invoice_kind, i.cycle_to,
            u.id IS NOT NULL AS rolled_up, w.branch, b.ar_company, w.customer, w.bill_to,
            c.name AS bill_to_name, c.status AS bill_to_status, w.job_type, w.priority, r.region, w.service_on,
            r.rated_by, r.rated_at, w.changed_at, w.rating_version, r.charges_total, r.advances_total,
            m.commission, r.total, a.last_closed_month, a.max_open_months, r.rates_digest,
            {RATED_WITH} AS rated_with
        """,
        joined=_SHOWN + _COMMISSION,
        chosen_with=branch_if_limited(scope) + (_RATED_AT if needs_ratings else ""),
        where=_where(scope, filters),
        sorting=SORTING,
        query=query,
    )


async def total_ready(session: AsyncSession, scope: Scope, filters: ReadyFilter) -> ReadyTotals:
    """The totals of all orders that match, by branch and by income account."""
    where = _where(scope, filters)
    # Each order's lines are looked up by its rating: the planner would otherwise read those of all years.
    totals = await fetch_all(
        session,
        _GroupTotal,
        f"""
        WITH ready AS MATERIALIZED (
            SELECT w.id, w.branch, w.rating_version, r.id AS rating_id FROM work_order w {_RATED} WHERE {where.sql}
        ), part AS MATERIALIZED (
            SELECT ready.branch, lines.* FROM ready CROSS JOIN LATERAL (
                SELECT l.income_account, coalesce(sum(l.amount) FILTER (WHERE NOT l.fee_advance), 0.00) AS charges_total,
                       coalesce(sum(l.amount) FILTER (WHERE l.fee_advance), 0.00) AS advances_total,
                       coalesce(sum(m.commission), 0.00) AS commission, sum(l.amount) AS total
                FROM rating_line l LEFT JOIN (
                    SELECT position, sum(amount) AS commission FROM commission
                    WHERE work_order_id = ready.id AND version = ready.rating_version AND NOT void GROUP BY position
                ) AS m ON m.position = l.position
                WHERE l.rating_id = ready.rating_id GROUP BY l.income_account
            ) AS lines
        ), counted AS (SELECT branch, count(*) AS orders FROM ready GROUP BY branch)
        SELECT true AS of_branch, counted.branch AS name, min(counted.orders) AS orders,
               coalesce(sum(charges_total), 0.00) AS charges_total, coalesce(sum(advances_total), 0.00) AS advances_total,
               coalesce(sum(commission), 0.00) AS commission, coalesce(sum(total), 0.00) AS total
        FROM counted LEFT JOIN part ON part.branch = counted.branch GROUP BY counted.branch
        UNION ALL
        SELECT false, income_account, count(*), sum(charges_total), sum(advances_total), sum(commission), sum(total)
        FROM part GROUP BY income_account
        ORDER BY of_branch, name
        """,
        **where.parameters,
    )
    by_branch, by_account = (
        [GroupTotal(**parts_of(one, GroupTotal)) for one in totals if one.of_branch == of_branch]
        for of_branch in (True, False)
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
