"""Reading posted transactions of every type."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.transactions import TransactionFilter, TransactionRow, TransactionTotals
from services.receivables.store import transactions
from shared.access.grants import Scope
from shared.database.pages import PageQuery


async def list_transactions(
    session: AsyncSession, scope: Scope, filters: TransactionFilter, query: PageQuery
) -> tuple[list[TransactionRow], str | None, TransactionTotals | None]:
    """One page of transactions, the cursor of the next page, and the totals of all that match if they are wanted."""
    rows, cursor = await transactions.list_transactions(session, scope, filters, query)
    return rows, cursor, await transactions.total_transactions(session, scope, filters) if query.totals else None
