"""The rows of the hand-overs and credits of one order."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.exports.hand_overs import Credit, HandOver
from shared.database.pages import PageQuery, Sorting, Where, fetch_list_count, fetch_page
from shared.database.statements import fetch_all
from shared.values.fields import field_names

_COLUMNS = """
    o.version, o.attempt, o.invoice_id, i.kind, e.run_id, e.outcome, e.reason, e.detail, e.ar_company,
    CASE e.outcome WHEN 'exported' THEN i.ar_number END AS ar_number,
    CASE e.outcome WHEN 'exported' THEN i.ar_month END AS ar_month,
    CASE e.outcome WHEN 'exported' THEN i.ar_transaction END AS ar_transaction,
    CASE e.outcome WHEN 'exported' THEN i.ar_invoice_id END AS ar_invoice_id, o.total, e.answered_at
"""
_SOURCE = """
    export_order o
    JOIN export_invoice e ON e.invoice_id = o.invoice_id AND e.attempt = o.invoice_attempt
    JOIN invoice i ON i.id = o.invoice_id
"""
SORTING = Sorting({"version": ("o.version", "int")}, default="-version", key="o.attempt")


async def list_hand_overs(
    session: AsyncSession, order_id: int, query: PageQuery
) -> tuple[list[HandOver], str | None, int | None]:
    """One page of the hand-overs of an order, newest first, the cursor of the next page, and how many there are."""
    where = Where().add("o.work_order_id = :order_id", order_id=order_id)
    found, cursor = await fetch_page(
        session, HandOver, columns=_COLUMNS, source=_SOURCE, where=where, sorting=SORTING, query=query
    )
    return found, cursor, await fetch_list_count(session, "export_order o", where, query)


async def credits_of(session: AsyncSession, order_id: int) -> list[Credit]:
    """The credits of an order, sorted by rating version, month and transaction."""
    return await fetch_all(
        session,
        Credit,
        f"""
        SELECT {", ".join(field_names(Credit))}
        FROM order_credit WHERE work_order_id = :order_id ORDER BY version, month, transaction
        """,
        order_id=order_id,
    )
