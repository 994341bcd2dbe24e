"""Posted invoices: listed, read whole, held for a credit."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.credit_memos import Invoice, InvoiceLine
from services.receivables.rules.invoices import (
    Amendment,
    DistributionRow,
    InvoiceFilter,
    InvoiceRow,
    InvoiceTotals,
    LineRow,
)
from services.receivables.store.versions import AS_IT_IS
from shared.access import Scope
from shared.database import execute, fetch_all, fetch_one, scope_condition
from shared.listing import PageQuery, Sorting, Where, containing, fetch_page

_SIDES = {"branch": "t.branch", "customer": "c.number", "ar_company": "t.ar_company"}
_SOURCE = f"""
    ar_transaction t
    JOIN customer c ON c.id = t.customer_id
    JOIN batch b ON b.id = t.batch_id
    LEFT JOIN LATERAL (
        SELECT count(*) AS amended, coalesce(sum(x.total), 0.00) AS applied,
               coalesce(sum(x.total) FILTER (WHERE x.type = 'credit_memo'), 0.00) AS credited,
               coalesce(sum(x.total) FILTER (WHERE x.type = 'write_off'), 0.00) AS written_off,
               coalesce(bool_or(x.changes_id = t.id AND x.action = 'delete'), false) AS deleted
        FROM ar_transaction x WHERE x.applies_to_id = t.id
    ) AS a ON true
    {AS_IT_IS}
"""
_ROW = """
    t.id, t.ar_company, t.month, t.number AS transaction, t.invoice_number AS number, c.number AS customer,
    c.name AS customer_name, t.branch, v.invoice_date, v.due_on, b.source, t.total,
    a.applied, t.total + a.applied AS open, a.amended, a.credited, a.written_off, a.deleted
"""


def _where(scope: Scope, wanted: InvoiceFilter) -> Where:
    search = containing(wanted.search)
    return (
        Where(["t.type = 'invoice' AND t.action = 'add'"])
        .within(scope, **_SIDES)
        .add("t.ar_company = :ar_company", ar_company=wanted.ar_company)
        .add("c.number = :customer", customer=wanted.customer)
        .add("t.month = :month", month=wanted.month)
        .add("t.branch = :branch", branch=wanted.branch)
        .add("b.run_id = :run_id", run_id=wanted.run_id)
        .add("t.invoice_number ILIKE :search", search=search)
        .add(
            "EXISTS (SELECT FROM ar_line l WHERE l.transaction_id = t.id AND l.work_order_number = :work_order)",
            work_order=wanted.work_order,
        )
    )


async def list_invoices(
    session: AsyncSession, scope: Scope, wanted: InvoiceFilter, query: PageQuery
) -> tuple[list[InvoiceRow], str | None]:
    return await fetch_page(
        session,
        InvoiceRow,
        columns=_ROW,
        source=_SOURCE,
        where=_where(scope, wanted),
        sorting=Sorting(
            {
                "id": ("t.id", "bigint"),
                "number": ("t.invoice_number", "text"),
                "customer": ("c.number", "text"),
                "invoice_date": ("v.invoice_date", "date"),
                "due_on": ("v.due_on", "date"),
                "total": ("t.total", "numeric"),
            },
            default="-id",
            key="t.id",
        ),
        query=query,
    )


async def total_invoices(session: AsyncSession, scope: Scope, wanted: InvoiceFilter) -> InvoiceTotals:
    where = _where(scope, wanted)
    totals = await fetch_one(
        session,
        InvoiceTotals,
        f"""
        SELECT count(*) AS count, coalesce(sum(t.total), 0.00) AS total,
               coalesce(sum(t.total + a.applied), 0.00) AS open
        FROM {_SOURCE} WHERE {where.sql}
        """,
        **where.parameters,
    )
    assert totals is not None
    return totals


async def find_row(session: AsyncSession, scope: Scope, invoice_id: int) -> InvoiceRow | None:
    where = Where(["t.type = 'invoice' AND t.action = 'add'"]).within(scope, **_SIDES).add("t.id = :id", id=invoice_id)
    return await fetch_one(session, InvoiceRow, f"SELECT {_ROW} FROM {_SOURCE} WHERE {where.sql}", **where.parameters)


async def list_lines(session: AsyncSession, invoice_id: int) -> list[LineRow]:
    """The lines of an invoice as they are billed now, those that adjustments added too, with what is left of each."""
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


async def hold(session: AsyncSession, invoice_id: int) -> None:
    """Makes everything that is applied to one invoice wait its turn until this transaction ends.

    Posted rows cannot be locked themselves: that needs the right to update them, which the runtime role lacks.
    """
    await execute(
        session,
        "SELECT pg_advisory_xact_lock(hashtextextended('invoice ' || CAST(:id AS text), 0))",
        id=str(invoice_id),
    )


async def find_for_credit(session: AsyncSession, scope: Scope, invoice_ids: Collection[int]) -> dict[int, Invoice]:
    """The posted invoices of these ids within the scope, as a credit sees them."""
    within, parameters = scope_condition(scope, **_SIDES)
    found = await fetch_all(
        session,
        Invoice,
        f"""
        SELECT t.id, t.ar_company, k.gl_company, t.month, t.number, t.invoice_number, t.customer_id,
               c.number AS customer_number, t.receivable_type, t.ar_account, t.branch, t.total, b.run_id,
               t.rating_invoice_id, t.rating_attempt
        FROM ar_transaction t
        JOIN customer c ON c.id = t.customer_id
        JOIN batch b ON b.id = t.batch_id
        JOIN ar_company k ON k.number = t.ar_company
        WHERE t.id = ANY(CAST(:ids AS bigint[])) AND t.type = 'invoice' AND t.action = 'add' AND {within}
        """,
        ids=sorted(invoice_ids),
        **parameters,
    )
    return {one.id: one for one in found}


async def lines_for_credit(session: AsyncSession, invoice_id: int) -> list[InvoiceLine]:
    """The lines of an invoice with what everything applied to them, and what credits alone, have left."""
    return await fetch_all(
        session,
        InvoiceLine,
        """
        SELECT l.line, l.description, l.gl_account, l.unit_rate, l.amount,
               l.amount + coalesce(a.amount, 0.00) AS remaining, l.tax + coalesce(a.tax, 0.00) AS remaining_tax,
               l.amount - l.tax + coalesce(a.credited, 0.00) AS uncredited, l.taxable, l.tax_code, l.tax_account,
               l.work_order_id, l.work_order_number, l.work_order_version, l.work_order_attempt
        FROM ar_line l
        LEFT JOIN LATERAL (
            SELECT sum(x.amount) AS amount, sum(x.tax) AS tax,
                   sum(x.amount - x.tax) FILTER (WHERE x.type = 'credit_memo') AS credited
            FROM (
                SELECT y.amount, y.tax, t.type FROM ar_line y JOIN ar_transaction t ON t.id = y.transaction_id
                WHERE y.applies_to_id = l.transaction_id AND y.applies_to_line = l.line
                UNION ALL
                SELECT y.amount, y.tax, e.type FROM batch_entry e JOIN batch_line y USING (batch_id, seq)
                WHERE e.apply_to_id = l.transaction_id AND y.apply_line = l.line AND NOT e.posted AND e.action = 'add'
            ) AS x
        ) AS a ON true
        WHERE l.transaction_id = :invoice_id ORDER BY l.line
        """,
        invoice_id=invoice_id,
    )
