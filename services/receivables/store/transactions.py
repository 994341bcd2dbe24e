"""Posted transactions of every type."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.transactions import TransactionFilter, TransactionRow, TransactionTotals
from shared.access.grants import Scope
from shared.database.pages import PageQuery, Sorting, Where, containing, fetch_page
from shared.database.statements import fetch_one

SIDES = {"branch": "t.branch", "customer": "c.number", "ar_company": "t.ar_company"}
OF_CUSTOMER = "t.customer_id IN (SELECT k.id FROM customer k WHERE lower(k.number) = lower(:customer))"
_SOURCE = "ar_transaction t JOIN customer c ON c.id = t.customer_id"
_ROW = """
    t.id, t.ar_company, t.month, t.number AS transaction, t.type, t.action, coalesce(t.applies_to_id, t.id) AS invoice_id,
    t.invoice_number, t.changes_id, c.number AS customer, c.name AS customer_name, t.branch, t.batch_id, t.seq,
    t.invoice_date, t.net, t.tax, t.total, t.disposition, t.reason, t.posted_by, t.posted_at
"""


def _where(scope: Scope, filters: TransactionFilter) -> Where:
    return (
        Where()
        .within(scope, **SIDES)
        .add("t.ar_company = :ar_company", ar_company=filters.ar_company)
        .add("t.month = :month", month=filters.month)
        .one_of("t.type", "type", filters.type)
        .add(OF_CUSTOMER, customer=filters.customer)
        .add("t.batch_id = :batch_id", batch_id=filters.batch_id)
        .add("lower(t.posted_by) = lower(:posted_by)", posted_by=filters.posted_by)
        .add("t.invoice_date >= :invoice_from", invoice_from=filters.invoice_from)
        .add("t.invoice_date <= :invoice_to", invoice_to=filters.invoice_to)
        # An amendment has the number of its invoice, and only balances have an index for parts of numbers.
        .add(
            """
            t.id IN (SELECT b.invoice_id FROM invoice_balance b WHERE b.number ILIKE :search
                     UNION ALL
                     SELECT x.id FROM invoice_balance b JOIN ar_transaction x ON x.applies_to_id = b.invoice_id
                     WHERE b.number ILIKE :search)
            """,
            search=containing(filters.search),
        )
    )


SORTING = Sorting({"id": ("t.id", "bigint"), "invoice_date": ("t.invoice_date", "date")}, default="-id", key="t.id")


async def list_transactions(
    session: AsyncSession, scope: Scope, filters: TransactionFilter, query: PageQuery
) -> tuple[list[TransactionRow], str | None]:
    """One page of posted transactions, and the cursor of the next page."""
    return await fetch_page(
        session,
        TransactionRow,
        columns=_ROW,
        source=_SOURCE,
        where=_where(scope, filters),
        sorting=SORTING,
        query=query,
    )


async def total_transactions(session: AsyncSession, scope: Scope, filters: TransactionFilter) -> TransactionTotals:
    """The count and the sums of all posted transactions that match."""
    where = _where(scope, filters)
    totals = await fetch_one(
        session,
        TransactionTotals,
        f"""
        SELECT count(*) AS count, coalesce(sum(t.net), 0.00) AS net, coalesce(sum(t.tax), 0.00) AS tax,
               coalesce(sum(t.total), 0.00) AS total
        FROM {_SOURCE} WHERE {where.sql}
        """,
        **where.parameters,
    )
    assert totals is not None
    return totals
