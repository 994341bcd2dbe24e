"""The key values that open orders use."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.coverage import OpenKey
from services.rating.store.work_orders import SIDES
from shared.access.grants import Scope
from shared.database.scope import scope_condition
from shared.database.statements import fetch_all


async def open_keys(session: AsyncSession, scope: Scope) -> list[OpenKey]:
    """All combinations of key values, ZIP and service date of the open orders in scope, with the number of orders."""
    within, parameters = scope_condition(scope, **SIDES)
    return await fetch_all(
        session,
        OpenKey,
        f"""
        SELECT w.branch, c.customer_type, w.priority, w.job_type, w.region, left(w.served_zip, 5) AS served_zip,
               w.service_on, count(*) AS orders, min(w.number) AS example
        FROM work_order w
        JOIN branch b ON b.code = w.branch
        LEFT JOIN customer c ON c.ar_company = b.ar_company AND c.number = w.customer
        WHERE w.status = 'open' AND {within}
        GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7
        """,
        **parameters,
    )
