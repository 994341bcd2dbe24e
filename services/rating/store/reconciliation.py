"""The sums that reconciliation compares, counted from the rows."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.reconciliation import CurrentTotals, Difference, RunFacts
from services.rating.store.work_orders import SIDES
from shared.access.grants import Scope
from shared.database.scope import scope_condition
from shared.database.statements import DIGEST, fetch_all, fetch_one


async def run_facts(session: AsyncSession, scope: Scope) -> list[RunFacts]:
    """For each run, what it has recorded and what its hand-overs add up to."""
    within, parameters = scope_condition(scope, branch="i.branch", customer="i.bill_to", ar_company="e.ar_company")
    return await fetch_all(
        session,
        RunFacts,
        f"""
        WITH orders AS (
            SELECT e.run_id, o.invoice_id || ' ' || coalesce(
                       o.number, CASE WHEN w.rating_version = o.version THEN w.number END) AS place
            FROM export_invoice e
            JOIN export_order o ON o.invoice_id = e.invoice_id AND o.invoice_attempt = e.attempt
            JOIN work_order w ON w.id = o.work_order_id
            JOIN rating r ON r.work_order_id = o.work_order_id AND r.version = o.version
            WHERE e.outcome = 'exported' AND EXISTS (SELECT FROM rating_line l WHERE l.rating_id = r.id)
        ), digest AS (
            SELECT run_id, CASE WHEN bool_and(place IS NOT NULL) THEN {DIGEST} END AS orders_digest
            FROM orders GROUP BY run_id
        )
        SELECT run.id AS run_id, coalesce(digest.orders_digest, '') AS orders_digest,
               run.invoices AS recorded_invoices, run.exported AS recorded_exported, run.refused AS recorded_refused,
               run.total AS recorded_total, run.exported_total AS recorded_exported_total,
               run.refused_total AS recorded_refused_total, counted.*
        FROM export_run run
        LEFT JOIN digest ON digest.run_id = run.id
        JOIN LATERAL (
            SELECT count(*) AS invoices, sum(e.total) AS total,
                   count(*) FILTER (WHERE e.outcome = 'exported') AS exported,
                   coalesce(sum(e.total) FILTER (WHERE e.outcome = 'exported'), 0.00) AS exported_total,
                   count(*) FILTER (WHERE e.outcome = 'refused') AS refused,
                   coalesce(sum(e.total) FILTER (WHERE e.outcome = 'refused'), 0.00) AS refused_total,
                   count(*) FILTER (WHERE e.outcome = 'waiting') AS in_flight,
                   coalesce(sum(e.total) FILTER (WHERE e.outcome = 'waiting'), 0.00) AS in_flight_total,
                   coalesce(bool_and({within}), true) AS visible
            FROM export_invoice e JOIN invoice i ON i.id = e.invoice_id WHERE e.run_id = run.id
        ) AS counted ON counted.visible
        ORDER BY run.id
        """,
        **parameters,
    )


async def current_totals(session: AsyncSession, scope: Scope) -> CurrentTotals:
    """The total of all current ratings, and where it is by the hand-overs and by the orders."""
    within, parameters = scope_condition(scope, **SIDES)
    totals = await fetch_one(
        session,
        CurrentTotals,
        f"""
        SELECT count(*) AS orders, coalesce(sum(r.total), 0.00) AS rated,
               coalesce(sum(r.total) FILTER (WHERE e.outcome = 'exported'), 0.00) AS invoiced,
               coalesce(sum(r.total) FILTER (WHERE e.outcome = 'waiting'), 0.00) AS in_flight,
               coalesce(sum(r.total) FILTER (WHERE w.status IN ('rated', 'assigned')), 0.00) AS waiting,
               (SELECT coalesce(sum(k.credited), 0.00) FROM order_credit k
                JOIN work_order w ON w.id = k.work_order_id JOIN branch b ON b.code = w.branch
                WHERE {within}) AS credited
        FROM work_order w
        JOIN branch b ON b.code = w.branch
        JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
        LEFT JOIN export_order o
            ON o.work_order_id = w.id AND o.version = w.rating_version AND o.attempt = w.export_attempt
        LEFT JOIN export_invoice e ON e.invoice_id = o.invoice_id AND e.attempt = o.invoice_attempt
        WHERE {within}
        """,
        **parameters,
    )
    assert totals is not None
    return totals


async def order_differences(session: AsyncSession, scope: Scope) -> list[Difference]:
    """Orders whose status contradicts their hand-over, and ratings that differ from the sum of their lines."""
    within, parameters = scope_condition(scope, **SIDES)
    return await fetch_all(
        session,
        Difference,
        f"""
        SELECT 'ORDER_AND_HAND_OVER' AS kind, 'work order ' || w.number AS document,
               'the order is ' || w.status || ', but its hand-over is ' || coalesce(e.outcome, 'missing') AS detail,
               r.total AS amount
        FROM work_order w
        JOIN branch b ON b.code = w.branch
        JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
        LEFT JOIN export_order o
            ON o.work_order_id = w.id AND o.version = w.rating_version AND o.attempt = w.export_attempt
        LEFT JOIN export_invoice e ON e.invoice_id = o.invoice_id AND e.attempt = o.invoice_attempt
        WHERE {within} AND w.status <> CASE e.outcome WHEN 'exported' THEN 'exported' WHEN 'waiting' THEN 'exporting'
                                       ELSE w.status END
           OR {within} AND w.status IN ('exporting', 'exported') AND e.outcome IS DISTINCT FROM
              CASE w.status WHEN 'exporting' THEN 'waiting' ELSE 'exported' END
        UNION ALL
        SELECT 'RATING_AND_LINES', 'work order ' || w.number,
               'rating version ' || r.version || ' is ' || r.total || ', but its lines add up to ' || lines.total,
               r.total - lines.total
        FROM work_order w
        JOIN branch b ON b.code = w.branch
        JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
        JOIN LATERAL (SELECT coalesce(sum(l.amount), 0.00) AS total FROM rating_line l WHERE l.rating_id = r.id) AS lines
            ON lines.total <> r.total
        WHERE {within}
        ORDER BY kind, document
        """,
        **parameters,
    )
