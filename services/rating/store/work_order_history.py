"""The history of an order, gathered from its entry, changes, ratings, steps, hand-overs and credits."""

from sqlalchemy.ext.asyncio import AsyncSession

from shared.audit import history
from shared.audit.changes import HistoryStep
from shared.database.pages import PageQuery


def _field(name: str, before: str, after: str) -> str:
    """The SQL of one changed field."""
    return f"jsonb_build_object('field', '{name}', 'from', {before}, 'to', {after})"


_RATED = f"""
    jsonb_build_array({_field("version", "lag(r.version) OVER by_version", "r.version")},
                      {_field("total", "CAST(lag(r.total) OVER by_version AS text)", "CAST(r.total AS text)")})
"""
_HANDED_OVER = (
    f"jsonb_build_array({_field('version', 'NULL', 'o.version')}, {_field('total', 'NULL', 'CAST(o.total AS text)')})"
)
_CREDITED = f"""
    jsonb_build_array({_field("version", "NULL", "c.version")}, {_field("credited", "NULL", "CAST(c.credited AS text)")})
"""
_INVOICE = "'/api/v1/rating/invoices/' || s.invoice_id"
_RUN = "'/api/v1/rating/exports/' || e.run_id"
_STEPS = f"""
    SELECT w.created_at AS at, w.entered_by AS by, CASE WHEN w.imported THEN 'imported' ELSE 'created' END AS action,
           CAST('[]' AS jsonb) AS changes, '' AS note, NULL AS link, 0 AS rank, w.id AS seq
    FROM work_order w WHERE w.id = :order_id
    UNION ALL
    SELECT h.at, h.by, h.action, h.changes, h.note, h.link, 1, h.id
    FROM record_change h WHERE h.kind = 'work_order' AND h.key = CAST(:order_id AS text)
    UNION ALL
    SELECT r.rated_at, r.rated_by, CASE WHEN lag(r.id) OVER by_version IS NULL THEN 'rated' ELSE 'rated_again' END,
           {_RATED}, '', '/api/v1/rating/work-orders/' || r.work_order_id || '/ratings', 2, r.id
    FROM rating r WHERE r.work_order_id = :order_id WINDOW by_version AS (ORDER BY r.version)
    UNION ALL
    SELECT s.done_at, s.done_by,
           CASE s.action WHEN 'assign' THEN 'assigned' WHEN 'unassign' THEN 'unassigned' WHEN 'remove' THEN 'rating_removed'
                         WHEN 'zero_bill' THEN 'zero_billed' WHEN 'void' THEN 'voided' WHEN 'unvoid' THEN 'unvoided'
                         ELSE 'reopened' END,
           CASE s.action WHEN 'assign' THEN jsonb_build_array({_field("invoice_id", "NULL", "s.invoice_id")})
                         WHEN 'unassign' THEN jsonb_build_array({_field("invoice_id", "s.invoice_id", "NULL")})
                         ELSE '[]' END,
           s.reason, {_INVOICE}, 3, s.id
    FROM order_step s WHERE s.work_order_id = :order_id
    UNION ALL
    SELECT run.requested_at, run.requested_by, 'handed_over', {_HANDED_OVER}, 'attempt ' || o.attempt, {_RUN}, 4, o.attempt
    FROM export_order o
    JOIN export_invoice e ON e.invoice_id = o.invoice_id AND e.attempt = o.invoice_attempt
    JOIN export_run run ON run.id = e.run_id
    WHERE o.work_order_id = :order_id
    UNION ALL
    SELECT e.answered_at, 'Accounts Receivable', e.outcome, {_HANDED_OVER},
           CASE e.outcome WHEN 'exported' THEN 'invoice ' || i.ar_number || ' of ' || i.ar_month
                          ELSE e.reason || ': ' || e.detail END, {_RUN}, 5, o.attempt
    FROM export_order o
    JOIN export_invoice e ON e.invoice_id = o.invoice_id AND e.attempt = o.invoice_attempt
    JOIN invoice i ON i.id = o.invoice_id
    WHERE o.work_order_id = :order_id AND e.outcome <> 'waiting'
    UNION ALL
    SELECT c.received_at, c.credited_by, 'credited', {_CREDITED}, c.reason, NULL, 6, c.transaction
    FROM order_credit c WHERE c.work_order_id = :order_id
    UNION ALL
    SELECT c.received_at, c.credited_by, CASE c.disposition WHEN 'rerate' THEN 'reopened' ELSE 'closed' END,
           jsonb_build_array({_field("version", "NULL", "c.version")}),
           c.reason, NULL, 7, c.transaction
    FROM order_credit c WHERE c.work_order_id = :order_id AND c.remaining = 0 AND c.disposition IS NOT NULL
"""


async def list_steps(
    session: AsyncSession, order_id: int, query: PageQuery
) -> tuple[list[HistoryStep], str | None, int | None]:
    """One page of what happened to the order, newest first, the cursor of the next page, and the number of steps."""
    return await history.list_gathered(session, _STEPS, query, order_id=order_id)
