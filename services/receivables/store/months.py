"""The months with transactions."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.months import MonthRow
from shared.access.grants import Scope
from shared.database.scope import scope_condition
from shared.database.statements import fetch_all


async def list_used_months(session: AsyncSession, scope: Scope) -> list[MonthRow]:
    """The months of each company with transactions. `open` is always false here, because a rule decides it.

    The numbers of a month's transactions have no gaps, so that the first and the last tell how many there are.
    """
    within, parameters = scope_condition(scope, branch=None, customer=None, ar_company="n.ar_company")
    return await fetch_all(
        session,
        MonthRow,
        f"""
        SELECT n.ar_company, substr(n.series, 13) AS month, false AS open,
               n.last_number - first.number + 1 AS transactions
        FROM number_series n
        JOIN LATERAL (
            SELECT min(t.number) AS number FROM ar_transaction t
            WHERE t.ar_company = n.ar_company AND t.month = substr(n.series, 13)
        ) AS first ON first.number IS NOT NULL
        WHERE n.series LIKE 'transaction %' AND {within}
        """,
        **parameters,
    )
