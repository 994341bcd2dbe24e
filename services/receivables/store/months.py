"""The months with transactions."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.months import MonthRow
from shared.access.grants import Scope
from shared.database.scope import scope_condition
from shared.database.statements import fetch_all


async def list_used_months(session: AsyncSession, scope: Scope) -> list[MonthRow]:
    """The months of each company with transactions. `open` is always false here, because a rule decides it."""
    within, parameters = scope_condition(scope, branch=None, customer=None, ar_company="t.ar_company")
    return await fetch_all(
        session,
        MonthRow,
        f"""
        SELECT t.ar_company, t.month, false AS open, count(*) AS transactions
        FROM ar_transaction t WHERE {within} GROUP BY t.ar_company, t.month
        """,
        **parameters,
    )
