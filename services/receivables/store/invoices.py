"""Posted invoices as they are shown."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.invoices import (
    Amendment,
    DistributionRow,
    InvoiceFilter,
    InvoiceRow,
    InvoiceTotals,
    LineRow,
)
from shared.access.grants import Scope
from shared.database.pages import PageQuery, Sorting, Where, containing, fetch_page
from shared.database.spellings import listed, spelled
from shared.database.statements import fetch_all, fetch_one

SIDES = {"branch": "b.branch", "customer": "b.customer", "ar_company": "b.ar_company"}
_SOURCE = """
    invoice_balance b
    JOIN ar_transaction t ON t.id = b.invoice_id
    JOIN customer c ON c.id = b.customer_id
    JOIN batch s ON s.id = t.batch_id
"""
_ROW = """
    b.invoice_id AS id, b.ar_company, b.month, t.number AS transaction, b.number, b.customer, c.name AS customer_name,
    b.branch, b.invoice_date, b.due_on, s.source, b.total, b.open - b.total AS applied, b.open, b.amended, b.credited,
    b.written_off, b.deleted
"""


def _where(scope: Scope, filters: InvoiceFilter) -> Where:
    return (
        Where()
        .within(scope, **SIDES)
        .add("b.ar_company = :ar_company", ar_company=filters.ar_company)
        .add(spelled("b.customer", "customer"), customer=listed(filters.customer))
        .add("b.month = :month", month=filters.month)
        .add("b.branch = :branch", branch=filters.branch)
        .add(
            """
            b.invoice_id IN (SELECT x.id FROM batch r JOIN ar_transaction x ON x.batch_id = r.id
                             WHERE r.run_id = :run_id)
            """,
            run_id=filters.run_id,
        )
        .add("b.number ILIKE :search", search=containing(filters.search))
        .add(
            """
            b.invoice_id IN (SELECT l.transaction_id FROM ar_line l
                             WHERE l.work_order_number IN (:work_order, lower(:work_order), upper(:work_order)))
            """,
            work_order=filters.work_order,
        )
    )


SORTING = Sorting(
    {
        "id": ("b.invoice_id", "bigint"),
        "number": ("b.number", "text"),
        "customer": ("b.customer", "text"),
        "invoice_date": ("b.invoice_date", "date"),
        "due_on": ("b.due_on", "date"),
        "total": ("b.total", "numeric"),
    },
    default="-id",
    key="b.invoice_id",
)


async def list_invoices(
    session: AsyncSession, scope: Scope, filters: InvoiceFilter, query: PageQuery
) -> tuple[list[InvoiceRow], str | None]:
    """One page of invoices, and the cursor of the next page."""
    return await fetch_page(
        session,
        InvoiceRow,
        columns=_ROW,
        source=_SOURCE,
        where=_where(scope, filters),
        sorting=SORTING,
        query=query,
    )


async def total_invoices(session: AsyncSession, scope: Scope, filters: InvoiceFilter) -> InvoiceTotals:
    """The count, total and open amount of all invoices that match."""
    where = _where(scope, filters)
    totals = await fetch_one(
        session,
        InvoiceTotals,
        f"""
        SELECT count(*) AS count, coalesce(sum(b.total), 0.00) AS total, coalesce(sum(b.open), 0.00) AS open
        FROM invoice_balance b WHERE {where.sql}
        """,
        **where.parameters,
    )
    assert totals is not None
    return totals


async def find_row(session: AsyncSession, scope: Scope, invoice_id: int) -> InvoiceRow | None:
    """One invoice within the scope, or None."""
    where = Where().within(scope, **SIDES).add("b.invoice_id = :id", id=invoice_id)
    return await fetch_one(session, InvoiceRow, f"SELECT {_ROW} FROM {_SOURCE} WHERE {where.sql}", **where.parameters)


async def list_lines(session: AsyncSession, invoice_id: int) -> list[LineRow]:
    """The current lines of an invoice, including those that adjustments added, with what is left of each."""
    return await fetch_all(
        session,
        LineRow,
        """
        WITH posted AS (
            SELECT coalesce(l.applies_to_line, l.line) AS invoice_line, t.type, t.id,
                   t.type IN ('invoice', 'adjustment') AS billed, l.*
            FROM ar_transaction t JOIN ar_line l ON l.transaction_id = t.id
            WHERE t.id = :invoice_id OR t.applies_to_id = :invoice_id
        ), about AS (
            SELECT DISTINCT ON (invoice_line) * FROM posted WHERE billed AND NOT reverses
            ORDER BY invoice_line, type = 'invoice' DESC, id DESC
        ), sums AS (
            SELECT invoice_line, coalesce(sum(amount) FILTER (WHERE billed), 0.00) AS amount,
                   coalesce(sum(tax) FILTER (WHERE billed), 0.00) AS tax, sum(amount) AS remaining
            FROM posted GROUP BY invoice_line
        )
        SELECT about.invoice_line AS line, about.description, about.gl_account, about.quantity, about.unit_rate,
               sums.amount, sums.tax, about.taxable, about.work_order_id, about.work_order_number, sums.remaining
        FROM about JOIN sums USING (invoice_line) ORDER BY about.invoice_line
        """,
        invoice_id=invoice_id,
    )


async def list_amendments(session: AsyncSession, invoice_id: int) -> list[Amendment]:
    """The amendments of an invoice, in the order of posting."""
    return await fetch_all(
        session,
        Amendment,
        """
        SELECT id, month, number AS transaction, type, posted_at, posted_by, total, disposition, reason
        FROM ar_transaction WHERE applies_to_id = :invoice_id ORDER BY id
        """,
        invoice_id=invoice_id,
    )


async def list_distributions(session: AsyncSession, invoice_id: int) -> list[DistributionRow]:
    """The GL rows of an invoice and of its amendments."""
    return await fetch_all(
        session,
        DistributionRow,
        """
        SELECT t.month, t.number AS transaction, g.line, g.account, g.debit, g.credit
        FROM gl_distribution g JOIN ar_transaction t ON t.id = g.transaction_id
        WHERE t.id = :invoice_id OR t.applies_to_id = :invoice_id ORDER BY g.transaction_id, g.position
        """,
        invoice_id=invoice_id,
    )
