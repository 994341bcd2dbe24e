"""The active orders of the Work in Progress view."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.work_in_progress import WipFacts, WipFilter
from services.rating.store.work_orders import SIDES
from shared.access.grants import Scope
from shared.database.pages import PageQuery, Sorting, Where, fetch_count, fetch_page
from shared.database.spellings import listed, spelled

_SOURCE = """
    work_order w
    JOIN branch b ON b.code = w.branch
    LEFT JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
    LEFT JOIN customer c ON c.ar_company = b.ar_company AND c.number = w.customer
"""
_SERVERS = "ARRAY(SELECT share->>'server' FROM jsonb_array_elements(w.servers) AS share)"


def _where(scope: Scope, filters: WipFilter) -> Where:
    return (
        Where(["w.status IN ('open', 'rated', 'assigned', 'exporting')"])
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


async def list_active(
    session: AsyncSession, scope: Scope, filters: WipFilter, query: PageQuery
) -> tuple[list[WipFacts], str | None]:
    """One page of the active orders that match, oldest first, and the cursor of the next page."""
    return await fetch_page(
        session,
        WipFacts,
        columns=f"""
            w.id AS work_order_id, w.number, w.branch, w.customer, c.name AS customer_name, w.bill_to, {_SERVERS} AS servers,
            w.job_type, w.priority, w.status, w.field_status, w.service_on, w.invoice_id, r.total
        """,
        source=_SOURCE,
        where=_where(scope, filters),
        sorting=Sorting(
            {
                "service_on": ("w.service_on", "date"),
                "number": ("w.number", "text"),
                "customer": ("w.customer", "text"),
                "status": ("w.status", "text"),
            },
            default="service_on",
            key="w.id",
        ),
        query=query,
    )


async def count_active(session: AsyncSession, scope: Scope, filters: WipFilter, *, at_most: int | None = None) -> int:
    """How many active orders match; counting ends at `at_most`."""
    return await fetch_count(session, _SOURCE, _where(scope, filters), at_most=at_most)
