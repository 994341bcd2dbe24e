"""The content of printed credit memos."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.invoice_prints.credit_memos import CreditMemoHead, CreditMemoLine
from services.receivables.store.invoice_prints.documents import SIDES
from services.receivables.store.posted_transactions import CURRENT_VERSION
from shared.access.grants import Scope
from shared.database.pages import Where
from shared.database.statements import fetch_all, fetch_one


async def find(session: AsyncSession, scope: Scope, credit_id: int) -> CreditMemoHead | None:
    """A posted credit memo within the scope, with the date and the reason of its latest change, or None."""
    where = (
        Where(["t.type = 'credit_memo' AND t.action = 'add'"])
        .within(scope, **SIDES)
        .add("t.id = :credit_id", credit_id=credit_id)
    )
    return await fetch_one(
        session,
        CreditMemoHead,
        f"""
        SELECT t.id, t.applies_to_id AS invoice_id, t.month, t.number AS transaction, v.invoice_date AS credit_date,
               v.reason
        FROM ar_transaction t
        JOIN customer c ON c.id = t.customer_id
        {CURRENT_VERSION}
        WHERE {where.sql}
        """,
        **where.parameters,
    )


async def lines(session: AsyncSession, credit_id: int) -> list[CreditMemoLine]:
    """What the credit memo takes from each line of its invoice, after its changes."""
    return await fetch_all(
        session,
        CreditMemoLine,
        """
        SELECT i.description, i.work_order_number, -sum(l.amount) AS amount, -sum(l.tax) AS tax
        FROM ar_transaction t
        JOIN ar_line l ON l.transaction_id = t.id
        JOIN ar_line i ON i.transaction_id = l.applies_to_id AND i.line = l.applies_to_line
        WHERE t.id = :credit_id OR t.changes_id = :credit_id
        GROUP BY i.transaction_id, i.line, i.description, i.work_order_number
        HAVING sum(l.amount) <> 0 ORDER BY i.transaction_id, i.line
        """,
        credit_id=credit_id,
    )
