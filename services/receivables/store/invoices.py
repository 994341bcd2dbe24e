"""Posted invoices as they are shown."""

from dataclasses import fields
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.entries.entries import MiscRow
from services.receivables.rules.exported_invoices.hand_overs import Charge
from services.receivables.rules.invoices import (
    Amendment,
    DistributionRow,
    EnteredInvoice,
    InvoiceFilter,
    InvoiceRow,
    InvoiceTotals,
    LineRow,
)
from services.receivables.store.invoice_orders import CHARGED, CHARGES
from shared.access.grants import Scope
from shared.database.pages import PageQuery, Sorting, Where, containing, fetch_page
from shared.database.spellings import spellings
from shared.database.statements import fetch_all, fetch_one

SIDES = {"branch": "b.branch", "customer": "b.customer", "ar_company": "b.ar_company"}
_SOURCE = """
    invoice_balance b
    JOIN ar_transaction t ON t.id = b.invoice_id
    JOIN customer c ON c.id = b.customer_id
"""
_ROW = """
    b.invoice_id AS id, b.ar_company, b.month, t.number AS transaction, b.number, b.customer, c.name AS customer_name,
    b.branch, b.invoice_date, b.due_on, b.receivable_type, b.source, b.total, b.open - b.total AS applied, b.open,
    b.amended, b.credited, b.written_off, b.deleted
"""
_HEADER = """
    v.contract, v.description, v.purchase_order, v.pay_terms, v.discount_on, t.batch_id, t.posted_at, t.posted_by,
    b.version_id
"""
STATUS = "status_of_invoice(b.open, b.amended, b.credited, b.written_off, b.deleted)"
"""The rule `InvoiceRow.status` in SQL, as an index keeps it."""
_OPEN = {True: "b.open <> 0", False: "b.open = 0"}
_OVERDUE = {True: "(b.due_on < :today AND b.open <> 0)", False: "(b.due_on >= :today OR b.open = 0)"}
_SUMS = (*("amount", "tax", "tax_basis", "retainage", "retainage_tax", "finance_charge", "discount", "tax_discount"),)
_BILLED = ", ".join(f"coalesce(sum({name}) FILTER (WHERE billed), 0.00) AS {name}" for name in _SUMS)
_CHARGE = tuple(field.name for field in fields(Charge))
_ABOUT = ", ".join(
    f"about.{field.name}"
    for field in fields(LineRow)
    if field.name not in {"line", "remaining", "work_order_customer", *_SUMS, *_CHARGE}
)


async def _where(session: AsyncSession, scope: Scope, filters: InvoiceFilter, today: date) -> Where:
    where = (
        Where()
        .within(scope, **SIDES)
        .add("b.ar_company = :ar_company", ar_company=filters.ar_company)
        .one_of("b.customer", "customer", await spellings(session, filters.customer))
        .add("b.month = :month", month=filters.month)
        .add("b.branch = :branch", branch=filters.branch)
        .one_of(STATUS, "status", filters.status)
        .add("b.due_on >= :due_from", due_from=filters.due_from)
        .add("b.due_on <= :due_to", due_to=filters.due_to)
        .add("b.invoice_date >= :invoice_from", invoice_from=filters.invoice_from)
        .add("b.invoice_date <= :invoice_to", invoice_to=filters.invoice_to)
        .add("b.total >= :amount_from", amount_from=filters.amount_from)
        .add("b.total <= :amount_to", amount_to=filters.amount_to)
        .add("b.receivable_type = :receivable_type", receivable_type=filters.receivable_type)
        .add("b.source = :source", source=filters.source)
        .add(
            """
            b.invoice_id IN (SELECT x.id FROM batch r JOIN ar_transaction x ON x.batch_id = r.id
                             WHERE r.run_id = :run_id)
            """,
            run_id=filters.run_id,
        )
        .add(
            """
            (b.number ILIKE :search
             OR b.customer = ANY(ARRAY(SELECT k.number FROM customer k WHERE k.number ILIKE :search)))
            """,
            search=containing(filters.search),
        )
        .add(
            """
            b.invoice_id IN (SELECT l.transaction_id FROM ar_line l
                             WHERE l.work_order_number IN (:work_order, lower(:work_order), upper(:work_order)))
            """,
            work_order=filters.work_order,
        )
    )
    if filters.open is not None:
        where.add(_OPEN[filters.open])
    if filters.overdue is not None:
        where.add(_OVERDUE[filters.overdue], today=today)
    return where


SORTING = Sorting(
    {
        "id": ("b.invoice_id", "bigint"),
        "number": ("b.number", "text"),
        "customer": ("b.customer", "text"),
        "invoice_date": ("b.invoice_date", "date"),
        "due_on": ("b.due_on", "date"),
        "total": ("b.total", "numeric"),
        "open": ("b.open", "numeric"),
    },
    default="-id",
    key="b.invoice_id",
)


async def list_invoices(
    session: AsyncSession, scope: Scope, filters: InvoiceFilter, query: PageQuery, today: date
) -> tuple[list[InvoiceRow], str | None]:
    """One page of invoices, and the cursor of the next page."""
    return await fetch_page(
        session,
        InvoiceRow,
        columns=_ROW,
        source=_SOURCE,
        where=await _where(session, scope, filters, today),
        sorting=SORTING,
        query=query,
    )


async def total_invoices(session: AsyncSession, scope: Scope, filters: InvoiceFilter, today: date) -> InvoiceTotals:
    """The count, total and open amount of all invoices that match."""
    where = await _where(session, scope, filters, today)
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


async def find_row(session: AsyncSession, scope: Scope, invoice_id: int) -> EnteredInvoice | None:
    """One invoice within the scope with its whole header, or None."""
    where = Where().within(scope, **SIDES).add("b.invoice_id = :id", id=invoice_id)
    return await fetch_one(
        session,
        EnteredInvoice,
        f"""
        SELECT {_ROW}, {_HEADER} FROM {_SOURCE} JOIN ar_transaction v ON v.id = b.version_id WHERE {where.sql}
        """,
        **where.parameters,
    )


async def list_lines(session: AsyncSession, invoice_id: int) -> list[LineRow]:
    """The current lines of an invoice, including those that adjustments added, with what is left of each."""
    return await fetch_all(
        session,
        LineRow,
        f"""
        WITH posted AS (
            SELECT coalesce(l.applies_to_line, l.line) AS invoice_line, t.type, t.id,
                   t.type IN ('invoice', 'adjustment') AS billed, l.*
            FROM ar_transaction t JOIN ar_line l ON l.transaction_id = t.id
            WHERE t.id = :invoice_id OR t.applies_to_id = :invoice_id
        ), about AS (
            SELECT DISTINCT ON (invoice_line) * FROM posted WHERE billed AND NOT reverses
            ORDER BY invoice_line, type = 'invoice' DESC, id DESC
        ), sums AS (
            SELECT invoice_line, {_BILLED}, sum(amount) AS remaining FROM posted GROUP BY invoice_line
        )
        SELECT about.invoice_line AS line, {_ABOUT}, {", ".join(f"sums.{name}" for name in _SUMS)}, sums.remaining,
               ordered.customer AS work_order_customer, {CHARGED}
        FROM about
        JOIN sums USING (invoice_line)
        LEFT JOIN rated_order ordered USING (work_order_id)
        LEFT JOIN ({CHARGES} WHERE t.id = :invoice_id) AS charge ON charge.line = about.invoice_line
        ORDER BY about.invoice_line
        """,
        invoice_id=invoice_id,
    )


async def list_misc_distributions(session: AsyncSession, version_id: int) -> list[MiscRow]:
    """The miscellaneous distributions of a version of an invoice."""
    return await fetch_all(
        session,
        MiscRow,
        """
        SELECT row, code, description, distributed_on, amount FROM ar_misc_distribution
        WHERE transaction_id = :version_id ORDER BY row
        """,
        version_id=version_id,
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
