"""Posted invoices as a credit needs them."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.credit_memos import Invoice, InvoiceLine
from shared.access.grants import Scope
from shared.database.scope import scope_condition
from shared.database.statements import fetch_all

_SIDES = {"branch": "t.branch", "customer": "c.number", "ar_company": "t.ar_company"}


async def find_for_credit(session: AsyncSession, scope: Scope, invoice_ids: Collection[int]) -> dict[int, Invoice]:
    """The posted invoices with these ids within the scope, by id."""
    within, parameters = scope_condition(scope, **_SIDES)
    found = await fetch_all(
        session,
        Invoice,
        f"""
        SELECT t.id, t.ar_company, t.month, t.number, t.invoice_number, t.customer_id,
               c.number AS customer_number, t.receivable_type, t.ar_account, t.branch, t.invoice_date, t.total, b.run_id,
               (SELECT x.run_uuid FROM exported_run x WHERE x.run_id = b.run_id) AS run_uuid,
               t.rating_invoice_id, t.rating_attempt
        FROM ar_transaction t
        JOIN customer c ON c.id = t.customer_id
        JOIN batch b ON b.id = t.batch_id
        WHERE t.id = ANY(CAST(:ids AS bigint[])) AND t.type = 'invoice' AND t.action = 'add' AND {within}
        """,
        ids=sorted(invoice_ids),
        **parameters,
    )
    return {invoice.id: invoice for invoice in found}


async def lines_for_credit(session: AsyncSession, invoice_id: int) -> list[InvoiceLine]:
    """The lines of an invoice, with what everything applied to them has left, and what credits alone have left."""
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
