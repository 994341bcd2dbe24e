"""Reading posted invoices."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.invoices import InvoiceFilter, InvoiceRow, InvoiceTotals, InvoiceWhole
from services.receivables.store import invoice_history, invoice_orders, invoices
from shared.access.grants import Scope
from shared.audit.changes import HistoryStep
from shared.database.pages import PageQuery
from shared.errors import NotFound


async def list_invoices(
    session: AsyncSession, scope: Scope, filters: InvoiceFilter, query: PageQuery, today: date
) -> tuple[list[InvoiceRow], str | None, InvoiceTotals | None]:
    """One page of invoices, the cursor of the next page, and the totals of all that match if they are wanted."""
    rows, cursor = await invoices.list_invoices(session, scope, filters, query, today)
    return rows, cursor, await invoices.total_invoices(session, scope, filters, today) if query.totals else None


async def read_invoice(session: AsyncSession, scope: Scope, invoice_id: int) -> InvoiceWhole:
    """The invoice with its lines, distributions, amendments and GL rows; raises NotFound."""
    head = await invoices.find_row(session, scope, invoice_id)
    if head is None:
        raise NotFound(f"There is no invoice {invoice_id}.")
    return InvoiceWhole(
        head,
        await invoices.list_lines(session, invoice_id),
        await invoices.list_misc_distributions(session, head.version_id),
        await invoices.list_amendments(session, invoice_id),
        await invoices.list_distributions(session, invoice_id),
        await invoice_orders.list_orders(session, invoice_id),
    )


async def list_history(
    session: AsyncSession, scope: Scope, invoice_id: int, query: PageQuery
) -> tuple[list[HistoryStep], str | None, int | None]:
    """One page of what happened to the invoice, newest first, the next cursor, and the number of steps; raises NotFound."""
    if await invoices.find_row(session, scope, invoice_id) is None:
        raise NotFound(f"There is no invoice {invoice_id}.")
    return await invoice_history.list_steps(session, invoice_id, query)
