"""Locks the orders of a selection before they are changed."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.exports.claim import Selection
from services.rating.rules.work_orders import OrderStatus
from services.rating.store.work_orders import SIDES
from shared.access.grants import Scope
from shared.database.scope import scope_condition
from shared.database.spellings import spelled
from shared.database.statements import fetch_values

READY: tuple[OrderStatus, ...] = ("rated", "assigned")
TO_ROLL_UP = """
    w.invoice_id IS NULL AND EXISTS (
        SELECT FROM rollup_rule u WHERE u.ar_company = b.ar_company AND u.bill_to = w.bill_to AND u.style = 'rollup')
"""
"""Orders that are on no invoice and whose bill-to has a roll-up rule."""


async def lock_selected(
    session: AsyncSession,
    scope: Scope,
    selection: Selection,
    statuses: Sequence[OrderStatus] = READY,
    also: str = "true",
) -> list[int]:
    """Locks the orders of the selection that have one of the statuses, sorted by id, and returns their ids.

    This waits for orders that someone is changing right now, instead of silently leaving them out with SKIP LOCKED. It
    reads little besides the orders' own columns: after waiting, PostgreSQL rereads the locked row, but not the rows
    that it is joined with. `also` is a further condition.
    """
    within, limits = scope_condition(scope, **SIDES)
    conditions = [within, also]
    parameters: dict[str, object] = {**limits, "statuses": list(statuses)}
    for column, name, kind in (
        ("w.branch", "branches", "text"),
        ("w.id", "work_order_ids", "bigint"),
        ("w.invoice_id", "invoice_ids", "bigint"),
    ):
        chosen = getattr(selection, name)
        if chosen is not None:
            conditions.append(f"{column} = ANY(CAST(:{name} AS {kind}[]))")
            parameters[name] = list(chosen)
    if selection.bill_tos is not None:
        conditions.append(spelled("w.bill_to", "bill_tos"))
        parameters["bill_tos"] = list(selection.bill_tos)
    # The literal statuses let the planner use the partial index of ready orders.
    locked = await fetch_values(
        session,
        f"""
        SELECT w.id FROM work_order w JOIN branch b ON b.code = w.branch
        WHERE w.status IN ('rated', 'assigned') AND w.status = ANY(CAST(:statuses AS text[]))
          AND {" AND ".join(conditions)}
        ORDER BY w.id FOR NO KEY UPDATE OF w
        """,
        **parameters,
    )
    if selection.rated_until is None:
        return locked
    return await fetch_values(
        session,
        """
        SELECT w.id FROM work_order w JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
        WHERE w.id = ANY(CAST(:order_ids AS bigint[])) AND r.rated_at <= :rated_until ORDER BY w.id
        """,
        order_ids=locked,
        rated_until=selection.rated_until,
    )
