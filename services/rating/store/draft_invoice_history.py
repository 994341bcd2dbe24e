"""The history of a draft invoice, gathered from its making, the steps of its orders, hand-overs and answers."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import history
from shared.audit.changes import HistoryStep
from shared.database.pages import PageQuery

_ORDER = "jsonb_build_array(jsonb_build_object('field', 'work_orders', 'from', {0}, 'to', {1}))"
_RUN = "'/api/v1/rating/exports/' || e.run_id"
_STEPS = f"""
    SELECT i.created_at AS at, i.made_by AS by, 'created' AS action, CAST('[]' AS jsonb) AS changes, '' AS note,
           NULL AS link, 0 AS rank, i.id AS seq
    FROM invoice i WHERE i.id = :invoice_id
    UNION ALL
    SELECT s.done_at, s.done_by, CASE s.action WHEN 'assign' THEN 'order_added' ELSE 'order_removed' END,
           CASE s.action WHEN 'assign' THEN {_ORDER.format("NULL", "w.number")} ELSE {_ORDER.format("w.number", "NULL")} END,
           s.reason, '/api/v1/rating/work-orders/' || s.work_order_id, 1, s.id
    FROM order_step s JOIN work_order w ON w.id = s.work_order_id WHERE s.invoice_id = :invoice_id
    UNION ALL
    SELECT run.requested_at, run.requested_by, 'handed_over', '[]', 'attempt ' || e.attempt, {_RUN}, 2, e.attempt
    FROM export_invoice e JOIN export_run run ON run.id = e.run_id WHERE e.invoice_id = :invoice_id
    UNION ALL
    SELECT e.answered_at, 'Accounts Receivable', e.outcome, '[]',
           CASE e.outcome WHEN 'exported' THEN 'invoice ' || i.ar_number || ' of ' || i.ar_month
                          ELSE e.reason || ': ' || e.detail END, {_RUN}, 3, e.attempt
    FROM export_invoice e JOIN invoice i ON i.id = e.invoice_id
    WHERE e.invoice_id = :invoice_id AND e.outcome <> 'waiting'
"""


async def list_steps(
    session: AsyncSession, invoice_id: int, query: PageQuery
) -> tuple[list[HistoryStep], str | None, int | None]:
    """One page of what happened to the invoice, newest first, the cursor of the next page, and the number of steps."""
    return await history.list_gathered(session, _STEPS, query, invoice_id=invoice_id)
