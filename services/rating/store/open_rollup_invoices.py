"""The orders and the totals of the Open Rollup Invoice view."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.open_rollup_invoices import OpenRollupFacts, OpenRollupFilter, RollupSums
from services.rating.store.order_pages import fetch_orders
from services.rating.store.ratings import RATED_WITH
from services.rating.store.work_orders import BRANCH, SIDES, branch_if_limited
from shared.access.grants import Scope
from shared.database.pages import PageQuery, Sorting, Where
from shared.database.spellings import listed, spelled
from shared.database.statements import fetch_all

_JOINED = f"""
    {BRANCH}
    JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
    LEFT JOIN invoice i ON i.id = w.invoice_id
    LEFT JOIN export_invoice e ON e.invoice_id = i.id AND e.attempt = i.attempt
    LEFT JOIN customer c ON c.ar_company = b.ar_company AND c.number = w.bill_to
"""
_STATE = "CASE w.status WHEN 'rated' THEN 'rated' WHEN 'assigned' THEN 'assigned' ELSE 'sent' END"
# Two indexes, each sorted by bill-to. Together they are the orders of the view, without those of all years that are on
# other invoices.
_SHOWN = """
    (SELECT * FROM work_order WHERE on_rollup
     UNION ALL
     SELECT * FROM work_order o WHERE o.status = 'rated' AND EXISTS (
         SELECT FROM branch b JOIN rollup_rule u ON u.ar_company = b.ar_company
         WHERE b.code = o.branch AND u.bill_to = o.bill_to AND u.style = 'rollup'))
"""


def _where(scope: Scope, filters: OpenRollupFilter) -> Where:
    return (
        Where()
        .within(scope, **SIDES)
        .add(f"{_STATE} = :state", state=filters.state)
        .add("w.branch = :branch", branch=filters.branch)
        .add(spelled("w.bill_to", "bill_to"), bill_to=listed(filters.bill_to))
        .add("w.invoice_id = :invoice_id", invoice_id=filters.invoice_id)
        .add("w.service_on >= :service_from", service_from=filters.service_from)
        .add("w.service_on <= :service_to", service_to=filters.service_to)
    )


SORTING = Sorting(
    {
        "number": ("w.number", "text"),
        "bill_to": ("w.bill_to", "text"),
        "invoice_id": ("coalesce(w.invoice_id, 0)", "bigint"),
        "service_on": ("w.service_on", "date"),
        "total": ("w.total", "numeric"),
    },
    default="bill_to",
    key="w.id",
)


async def list_rows(
    session: AsyncSession, scope: Scope, filters: OpenRollupFilter, query: PageQuery
) -> tuple[list[OpenRollupFacts], str | None]:
    """One page of the orders that match, and the cursor of the next page."""
    return await fetch_orders(
        session,
        OpenRollupFacts,
        columns=f"""
            {_STATE} AS state, w.id AS work_order_id, w.number, w.branch, w.customer, w.bill_to, c.name AS bill_to_name,
            w.matter, w.attorney, w.service_on, r.rated_at, r.total, w.invoice_id, i.status AS invoice_status,
            i.cycle_from, i.cycle_to, e.run_id, i.ar_number, i.ar_month, b.ar_company, {RATED_WITH} AS rated_with,
            r.rates_digest
        """,
        joined=_JOINED,
        chosen_from=_SHOWN,
        chosen_with=branch_if_limited(scope),
        where=_where(scope, filters),
        sorting=SORTING,
        query=query,
    )


async def sums(session: AsyncSession, scope: Scope, filters: OpenRollupFilter) -> list[RollupSums]:
    """The sums of all orders that match, by bill-to, branch and state."""
    where = _where(scope, filters)
    by_state = ", ".join(
        f"count(*) FILTER (WHERE {_STATE} = '{state}') AS {state}_orders, "
        f"coalesce(sum(w.total) FILTER (WHERE {_STATE} = '{state}'), 0.00) AS {state}"
        for state in ("rated", "assigned", "sent")
    )
    return await fetch_all(
        session,
        RollupSums,
        f"""
        SELECT w.branch, w.bill_to, min(c.name) AS bill_to_name, {by_state}, count(*) AS orders, sum(w.total) AS total
        FROM {_SHOWN} w {BRANCH} LEFT JOIN customer c ON c.ar_company = b.ar_company AND c.number = w.bill_to
        WHERE {where.sql} GROUP BY w.branch, w.bill_to ORDER BY w.bill_to, w.branch
        """,
        **where.parameters,
    )
