"""The history of an order, gathered from its entry, ratings, steps, hand-overs and credits."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.work_orders import HistoryStep
from shared.database.statements import fetch_all

_HISTORY = """
SELECT created_at AS at, coalesce(entered_by, '') AS by, CASE WHEN imported THEN 'imported' ELSE 'entered' END AS action,
       NULL::int AS version, NULL::numeric AS amount, NULL::bigint AS invoice_id, NULL::bigint AS run_id, '' AS words,
       0 AS rank, id AS seq
FROM work_order WHERE id = :order_id
UNION ALL
SELECT rated_at AS at, rated_by AS by, CASE WHEN version = first THEN 'rated' ELSE 'rated_again' END AS action,
       version, total AS amount, NULL::bigint AS invoice_id, NULL::bigint AS run_id, '' AS words, 1 AS rank, id AS seq
FROM (SELECT r.*, min(r.version) OVER () AS first FROM rating r WHERE r.work_order_id = :order_id) AS ratings
UNION ALL
SELECT done_at, done_by,
       CASE action WHEN 'assign' THEN 'assigned' WHEN 'unassign' THEN 'unassigned' WHEN 'remove' THEN 'rating_removed'
                   WHEN 'zero_bill' THEN 'zero_billed' ELSE 'reopened' END,
       NULL, NULL, invoice_id, NULL, reason, 2, id
FROM order_step WHERE work_order_id = :order_id
UNION ALL
SELECT run.requested_at, run.requested_by, 'handed_over', o.version, o.total, o.invoice_id, run.id,
       'attempt ' || o.attempt, 3, o.attempt
FROM export_order o
JOIN export_invoice e ON e.invoice_id = o.invoice_id AND e.attempt = o.invoice_attempt
JOIN export_run run ON run.id = e.run_id
WHERE o.work_order_id = :order_id
UNION ALL
SELECT e.answered_at, 'Accounts Receivable', e.outcome, o.version, o.total, o.invoice_id, e.run_id,
       CASE e.outcome WHEN 'exported' THEN 'invoice ' || i.ar_number || ' of ' || i.ar_month
                      ELSE e.reason || ': ' || e.detail END, 4, o.attempt
FROM export_order o
JOIN export_invoice e ON e.invoice_id = o.invoice_id AND e.attempt = o.invoice_attempt
JOIN invoice i ON i.id = o.invoice_id
WHERE o.work_order_id = :order_id AND e.outcome <> 'waiting'
UNION ALL
SELECT received_at, credited_by, 'credited', version, credited, NULL, NULL, reason, 5, transaction
FROM order_credit WHERE work_order_id = :order_id
UNION ALL
SELECT received_at, credited_by, CASE disposition WHEN 'rerate' THEN 'reopened' ELSE 'closed' END, version, NULL, NULL,
       NULL, reason, 6, transaction
FROM order_credit WHERE work_order_id = :order_id AND remaining = 0 AND disposition IS NOT NULL
"""


async def of_order(session: AsyncSession, order_id: int) -> list[HistoryStep]:
    """What happened to the order, newest first."""
    return await fetch_all(
        session,
        HistoryStep,
        f"""
        SELECT at, by, action, version, amount, invoice_id, run_id, words FROM ({_HISTORY}) AS history
        ORDER BY at DESC, rank DESC, seq DESC
        """,
        order_id=order_id,
    )
