"""The key values that open orders use."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.coverage import OpenKey
from services.rating.store.work_orders import SIDES
from shared.access.grants import Scope
from shared.database.scope import scope_condition
from shared.database.statements import fetch_all

_NOT_RATED = """
    w.id IN (SELECT r.work_order_id FROM rating_result r
             WHERE r.run_id = :run_id AND r.outcome NOT IN ('RATED', 'WAITING', 'SKIPPED'))
"""


async def open_keys(session: AsyncSession, scope: Scope, run_id: int | None = None) -> list[OpenKey]:
    """All combinations of key values, ZIP and service date of the open orders in scope, with the number of orders.

    With a run, only the orders that it could not rate.
    """
    within, parameters = scope_condition(scope, **SIDES)
    if run_id is not None:
        within, parameters = f"{within} AND {_NOT_RATED}", {**parameters, "run_id": run_id}
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
