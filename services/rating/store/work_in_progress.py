"""The active orders of the Work in Progress view, with their kept values."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.work_in_progress import ACTIVE, NO_SERVER, WipFacts, WipFilter, WipGroup, WipGrouping
from services.rating.store.order_pages import fetch_orders
from services.rating.store.work_orders import BRANCH, SIDES, branch_if_limited
from shared.access.grants import Scope
from shared.database.pages import PageQuery, Sorting, Where, fetch_list_count, fetch_page
from shared.database.spellings import listed, spelled
from shared.database.statements import fetch_all, fetch_one

_ACTIVE = "w.status IN ('open', 'rated', 'assigned', 'exporting')"
_ESTIMATE = "LEFT JOIN order_estimate e ON e.work_order_id = w.id AND w.status = 'open'"
_CUSTOMER = "LEFT JOIN customer c ON c.ar_company = b.ar_company AND c.number = w.customer"
_SERVERS = "ARRAY(SELECT share->>'server' FROM jsonb_array_elements(w.servers) AS share)"
_AGE = "greatest(CAST(:as_of AS date) - w.service_on, 0)"
_VALUE = "CASE w.status WHEN 'open' THEN e.total ELSE w.total END"
_WAITS = "w.status = 'open' AND EXISTS (SELECT FROM order_to_estimate q WHERE q.work_order_id = w.id)"


@dataclass(frozen=True)
class _Name:
    name: str


def _where(scope: Scope, filters: WipFilter) -> Where:
    return (
        Where([_ACTIVE])
        .within(scope, **SIDES)
        .add("w.branch = :branch", branch=filters.branch)
        .add(spelled("w.customer", "customer"), customer=listed(filters.customer))
        .add(spelled("w.bill_to", "bill_to"), bill_to=listed(filters.bill_to))
        .add(
            "w.servers @> jsonb_build_array(jsonb_build_object('server', CAST(:server AS text)))", server=filters.server
        )
        .add("w.service_on >= :service_from", service_from=filters.service_from)
        .add("w.service_on <= :service_to", service_to=filters.service_to)
    )


def _sums() -> str:
    """The columns of a group besides its name and words. The ages are days on `:as_of`."""
    counts = ", ".join(f"count(*) FILTER (WHERE w.status = '{status}') AS {status}" for status in ACTIVE)
    return f"""
        count(*) AS orders, {counts}, coalesce(max({_AGE}), 0) AS oldest_days,
        coalesce(sum({_AGE}) / nullif(count(*), 0), 0) AS average_days,
        coalesce(sum({_VALUE}), 0.00) AS value, count(*) FILTER (WHERE {_VALUE} IS NULL) AS without_value,
        min(e.estimated_at) AS estimated_at, count(*) FILTER (WHERE {_WAITS}) AS waiting
    """


def _by_name(name: str, key: str) -> Sorting:
    return Sorting({"name": (name, "text")}, default="name", key=key, key_type="text")


CUSTOMER_SORTING = _by_name("customers.name", "customers.name")


async def list_groups(
    session: AsyncSession, scope: Scope, filters: WipFilter, by: WipGrouping, query: PageQuery, as_of: date
) -> tuple[list[WipGroup], str | None]:
    """One page of groups of the active orders that match, sorted by name, and the cursor of the next page."""
    where = _where(scope, filters)
    if by == "server":
        return await _list_servers(session, scope, where, query, as_of)
    # An index gives the customers of the page, and only their orders are summed.
    source = f"work_order w {branch_if_limited(scope)} WHERE {where.sql}"
    names, cursor = await fetch_page(
        session,
        _Name,
        columns="customers.name",
        source=f"(SELECT w.customer AS name FROM {source} GROUP BY w.customer) AS customers",
        where=Where(parameters=where.parameters),
        sorting=CUSTOMER_SORTING,
        query=query,
    )
    groups = await fetch_all(
        session,
        WipGroup,
        f"""
        SELECT w.customer AS name, coalesce(c.name, '') AS words, {_sums()}
        FROM work_order w {BRANCH} {_ESTIMATE} {_CUSTOMER}
        WHERE {where.sql} AND w.customer = ANY(CAST(:names AS text[])) GROUP BY 1, 2 ORDER BY 1, 2
        """,
        as_of=as_of,
        names=[one.name for one in names],
        **where.parameters,
    )
    return groups, cursor


async def _list_servers(
    session: AsyncSession, scope: Scope, where: Where, query: PageQuery, as_of: date
) -> tuple[list[WipGroup], str | None]:
    # Orders of the same servers and status are summed first: taking servers out of a document takes its time, and most
    # orders have one.
    counts = ", ".join(
        f"CAST(coalesce(sum(orders) FILTER (WHERE status = '{status}'), 0) AS bigint) AS {status}" for status in ACTIVE
    )
    one = "CASE jsonb_array_length(w.servers) WHEN 1 THEN w.servers -> 0 ->> 'server' END"
    several = "CASE jsonb_array_length(w.servers) WHEN 1 THEN NULL ELSE w.servers END"
    return await fetch_page(
        session,
        WipGroup,
        columns="by_server.*",
        source=f"""
            (SELECT coalesce(one, share->>'server', '{NO_SERVER}') COLLATE "C" AS name, '' AS words,
                    CAST(sum(orders) AS bigint) AS orders, {counts},
                    max(oldest_days) AS oldest_days, CAST(div(sum(days), sum(orders)) AS bigint) AS average_days,
                    sum(value) AS value, CAST(sum(without_value) AS bigint) AS without_value,
                    min(estimated_at) AS estimated_at, CAST(sum(waiting) AS bigint) AS waiting
             FROM (SELECT {one} AS one, {several} AS several, w.status, count(*) AS orders, sum({_AGE}) AS days,
                          max({_AGE}) AS oldest_days, coalesce(sum({_VALUE}), 0.00) AS value,
                          count(*) - count({_VALUE}) AS without_value, min(e.estimated_at) AS estimated_at,
                          count(q.work_order_id) AS waiting
                   FROM work_order w {branch_if_limited(scope)} {_ESTIMATE}
                   LEFT JOIN (SELECT DISTINCT work_order_id FROM order_to_estimate) AS q
                       ON q.work_order_id = w.id AND w.status = 'open'
                   WHERE {where.sql} GROUP BY 1, 2, 3) AS teams
             LEFT JOIN LATERAL jsonb_array_elements(several) AS shares (share) ON true GROUP BY 1) AS by_server
        """,
        where=Where(parameters={**where.parameters, "as_of": as_of}),
        sorting=_by_name("by_server.name", "by_server.words"),
        query=query,
    )


async def total_groups(session: AsyncSession, scope: Scope, filters: WipFilter, as_of: date) -> WipGroup:
    """All active orders that match as one group, each counted once."""
    where = _where(scope, filters)
    totals = await fetch_one(
        session,
        WipGroup,
        f"""
        SELECT '' AS name, '' AS words, {_sums()}
        FROM work_order w {branch_if_limited(scope)} {_ESTIMATE} WHERE {where.sql}
        """,
        as_of=as_of,
        **where.parameters,
    )
    assert totals is not None
    return totals


SORTING = Sorting(
    {
        "service_on": ("w.service_on", "date"),
        # Not the bare number: its index would be walked through the orders of all years to find active ones.
        "number": ("(w.number || '')", "text"),
        "customer": ("w.customer", "text"),
        "status": ("w.status", "text"),
    },
    default="service_on",
    key="w.id",
)


async def list_active(
    session: AsyncSession, scope: Scope, filters: WipFilter, query: PageQuery
) -> tuple[list[WipFacts], str | None]:
    """One page of the active orders that match, oldest first, and the cursor of the next page."""
    return await fetch_orders(
        session,
        WipFacts,
        columns=f"""
            w.id AS work_order_id, w.number, w.branch, w.customer, c.name AS customer_name, w.bill_to, {_SERVERS} AS servers,
            w.job_type, w.priority, w.status, w.field_status, w.service_on, w.invoice_id, w.total, e.total AS estimate,
            e.why, e.estimated_at, {_WAITS} AS waits
        """,
        joined=f"{BRANCH} {_ESTIMATE} {_CUSTOMER}",
        chosen_with=branch_if_limited(scope),
        where=_where(scope, filters),
        sorting=SORTING,
        query=query,
    )


async def count_active(session: AsyncSession, scope: Scope, filters: WipFilter, query: PageQuery) -> int | None:
    """How many active orders match, or None if that is not wanted."""
    return await fetch_list_count(session, f"work_order w {branch_if_limited(scope)}", _where(scope, filters), query)
