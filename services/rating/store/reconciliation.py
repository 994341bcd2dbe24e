"""The sums that reconciliation compares, counted from the rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.rating.rules.reconciliation import CurrentTotals, RatingDifference, RunFacts
from services.rating.store.work_orders import SIDES, branch_if_limited
from shared.access.grants import Scope
from shared.database.scope import scope_condition
from shared.database.statements import DIGEST, fetch_all, fetch_one
from shared.values.fields import parts_of

_CHOSEN = """
    chosen AS MATERIALIZED (
        SELECT id FROM export_run WHERE CAST(:from_month AS text) IS NULL OR month >= CAST(:from_month AS text)
    )
"""
"""A query for WITH: the runs that a reconciliation looks at."""
_ALL_ORDERS = "SELECT id FROM work_order"
_CHOSEN_ORDERS = """
    SELECT id FROM work_order WHERE status IN ('rated', 'assigned', 'exporting')
    UNION
    SELECT o.work_order_id
    FROM chosen
    JOIN export_invoice e ON e.run_id = chosen.id
    JOIN export_order o ON o.invoice_id = e.invoice_id AND o.invoice_attempt = e.attempt
"""


async def run_facts(session: AsyncSession, scope: Scope, from_month: str | None) -> list[RunFacts]:
    """For each run, or each of a month from `from_month` on, what it has recorded and what its hand-overs add up to."""
    within, parameters = scope_condition(scope, branch="i.branch", customer="i.bill_to", ar_company="e.ar_company")
    invoice = "JOIN invoice i ON i.id = e.invoice_id" if scope.limits else ""
    # A total that is not zero has lines, and only older hand-overs lack the number: few orders need to be looked up.
    return await fetch_all(
        session,
        RunFacts,
        f"""
        WITH {_CHOSEN}, orders AS (
            SELECT e.run_id, o.invoice_id || ' ' || o.number AS place
            FROM chosen
            JOIN export_invoice e ON e.run_id = chosen.id
            JOIN export_order o ON o.invoice_id = e.invoice_id AND o.invoice_attempt = e.attempt
            WHERE e.outcome = 'exported' AND o.total <> 0 AND o.number IS NOT NULL
            UNION ALL
            SELECT e.run_id,
                   o.invoice_id || ' ' || coalesce(o.number, CASE WHEN w.rating_version = o.version THEN w.number END)
            FROM export_order o
            JOIN export_invoice e ON e.invoice_id = o.invoice_id AND e.attempt = o.invoice_attempt
            JOIN chosen ON chosen.id = e.run_id
            JOIN work_order w ON w.id = o.work_order_id
            JOIN rating r ON r.work_order_id = o.work_order_id AND r.version = o.version
            WHERE e.outcome = 'exported' AND (o.total = 0 OR o.number IS NULL)
              AND EXISTS (SELECT FROM rating_line l WHERE l.rating_id = r.id)
        ), digest AS (
            SELECT run_id, CASE WHEN bool_and(place IS NOT NULL) THEN {DIGEST} END AS orders_digest
            FROM orders GROUP BY run_id
        ), counted AS (
            SELECT e.run_id, count(*) AS invoices, sum(e.total) AS total,
                   count(*) FILTER (WHERE e.outcome = 'exported') AS exported,
                   coalesce(sum(e.total) FILTER (WHERE e.outcome = 'exported'), 0.00) AS exported_total,
                   count(*) FILTER (WHERE e.outcome = 'refused') AS refused,
                   coalesce(sum(e.total) FILTER (WHERE e.outcome = 'refused'), 0.00) AS refused_total,
                   count(*) FILTER (WHERE e.outcome = 'waiting') AS in_flight,
                   coalesce(sum(e.total) FILTER (WHERE e.outcome = 'waiting'), 0.00) AS in_flight_total,
                   bool_and({within}) AS visible
            FROM chosen JOIN export_invoice e ON e.run_id = chosen.id {invoice} GROUP BY e.run_id
        )
        SELECT run.id AS run_id, coalesce(digest.orders_digest, '') AS orders_digest,
               run.invoices AS recorded_invoices, run.exported AS recorded_exported, run.refused AS recorded_refused,
               run.total AS recorded_total, run.exported_total AS recorded_exported_total,
               run.refused_total AS recorded_refused_total, coalesce(counted.invoices, 0) AS invoices,
               coalesce(counted.total, 0.00) AS total, coalesce(counted.exported, 0) AS exported,
               coalesce(counted.exported_total, 0.00) AS exported_total, coalesce(counted.refused, 0) AS refused,
               coalesce(counted.refused_total, 0.00) AS refused_total, coalesce(counted.in_flight, 0) AS in_flight,
               coalesce(counted.in_flight_total, 0.00) AS in_flight_total, coalesce(counted.visible, true) AS visible
        FROM chosen
        JOIN export_run run ON run.id = chosen.id
        LEFT JOIN digest ON digest.run_id = run.id
        LEFT JOIN counted ON counted.run_id = run.id
        WHERE coalesce(counted.visible, true)
        ORDER BY run.id
        """,
        from_month=from_month,
        **parameters,
    )


LINES_DAYS = 90
"""For as long ratings are compared with their lines. Nobody can change either, so that older ones need not be read again."""
_HAND_OVER = """
    (w.status <> CASE e.outcome WHEN 'exported' THEN 'exported' WHEN 'waiting' THEN 'exporting' ELSE w.status END
     OR w.status IN ('exporting', 'exported')
        AND e.outcome IS DISTINCT FROM CASE w.status WHEN 'exporting' THEN 'waiting' ELSE 'exported' END)
"""
"""Whether the status of an order contradicts its hand-over."""


@dataclass(frozen=True)
class _Orders(CurrentTotals):
    differing: list[Mapping[str, Any]] | None


async def compare_orders(
    session: AsyncSession, scope: Scope, from_month: str | None
) -> tuple[CurrentTotals, list[RatingDifference]]:
    """The total of current ratings and where it is by the hand-overs and by the orders, and what does not match.

    Orders that were exported in a month before `from_month` are left out. What does not match is an order whose status contradicts its hand-over, one whose total is not that of its rating, and a rating of the
    last `LINES_DAYS` days that differs from the sum of its lines. One statement, because it reads many orders.
    """
    within, parameters = scope_condition(scope, **SIDES)
    found = await fetch_one(
        session,
        _Orders,
        f"""
        WITH young AS MATERIALIZED (
            SELECT min(id) AS id FROM rating WHERE rated_at >= now() - make_interval(days => {LINES_DAYS})
        ), {_CHOSEN}, named AS ({_ALL_ORDERS if from_month is None else _CHOSEN_ORDERS})
        SELECT count(r.id) AS orders, coalesce(sum(r.total), 0.00) AS rated,
               coalesce(sum(r.total) FILTER (WHERE e.outcome = 'exported'), 0.00) AS invoiced,
               coalesce(sum(r.total) FILTER (WHERE e.outcome = 'waiting'), 0.00) AS in_flight,
               coalesce(sum(r.total) FILTER (WHERE w.status IN ('rated', 'assigned')), 0.00) AS waiting,
               (SELECT coalesce(sum(k.credited), 0.00) FROM order_credit k
                JOIN work_order w ON w.id = k.work_order_id JOIN branch b ON b.code = w.branch
                WHERE (CAST(:from_month AS text) IS NULL OR k.month >= CAST(:from_month AS text)) AND {within}) AS credited,
               json_agg(json_build_object('number', w.number, 'status', w.status, 'outcome', e.outcome, 'version', r.version,
                                          'hand_over', {_HAND_OVER}, 'rated', coalesce(r.total, 0)::text,
                                          'kept', w.total::text, 'lines', CASE WHEN r.id >= (SELECT id FROM young)
                                          THEN coalesce(lines.total, 0) ELSE coalesce(r.total, 0) END::text))
                   FILTER (WHERE {_HAND_OVER} OR w.total <> coalesce(r.total, 0)
                           OR r.id >= (SELECT id FROM young) AND r.total <> coalesce(lines.total, 0)) AS differing
        FROM named
        JOIN work_order w ON w.id = named.id
        {branch_if_limited(scope)}
        LEFT JOIN rating r ON r.work_order_id = w.id AND r.version = w.rating_version
        LEFT JOIN (
            SELECT rating_id, sum(amount) AS total FROM rating_line WHERE rating_id >= (SELECT id FROM young) GROUP BY rating_id
        ) AS lines ON lines.rating_id = r.id
        LEFT JOIN export_order o
            ON o.work_order_id = w.id AND o.version = w.rating_version AND o.attempt = w.export_attempt
        LEFT JOIN export_invoice e ON e.invoice_id = o.invoice_id AND e.attempt = o.invoice_attempt
        WHERE {within} AND (w.status <> 'exported' OR e.run_id IS NULL OR e.run_id IN (SELECT id FROM chosen))
        """,
        from_month=from_month,
        **parameters,
    )
    assert found is not None
    differences = [one for order in found.differing or () for one in _differences(order)]
    return CurrentTotals(**parts_of(found, CurrentTotals)), sorted(
        differences, key=lambda one: (one.kind, one.document)
    )


def _differences(order: Mapping[str, Any]) -> list[RatingDifference]:
    document = f"work order {order['number']}"
    rated, kept, lines = (Decimal(order[name]) for name in ("rated", "kept", "lines"))
    differences = []
    if order["hand_over"]:
        detail = f"the order is {order['status']}, but its hand-over is {order['outcome'] or 'missing'}"
        differences.append(RatingDifference("ORDER_AND_HAND_OVER", document, detail, rated))
    if kept != rated:
        detail = f"the order has the total ${kept:,}, but its rating is ${rated:,}"
        differences.append(RatingDifference("ORDER_AND_RATING", document, detail, kept - rated))
    if rated != lines:
        detail = f"rating version {order['version']} is ${rated:,}, but its lines add up to ${lines:,}"
        differences.append(RatingDifference("RATING_AND_LINES", document, detail, rated - lines))
    return differences


async def rollup_differences(session: AsyncSession, scope: Scope, from_month: str | None) -> list[RatingDifference]:
    """Orders that are marked as on a rollup and are not, and the other way round; the same orders are left out."""
    within, parameters = scope_condition(scope, **SIDES)
    return await fetch_all(
        session,
        RatingDifference,
        f"""
        WITH {_CHOSEN}, named AS ({_ALL_ORDERS if from_month is None else _CHOSEN_ORDERS})
        SELECT 'ORDER_AND_INVOICE' AS kind, 'work order ' || w.number AS document,
               'the order is ' || CASE WHEN w.on_rollup THEN '' ELSE 'not ' END || 'marked as on a rollup, but is on '
               || coalesce('an invoice of the kind ' || i.kind, 'no invoice') AS detail, w.total AS amount
        FROM named JOIN work_order w ON w.id = named.id
        LEFT JOIN invoice i ON i.id = w.invoice_id
        {branch_if_limited(scope)}
        WHERE w.on_rollup <> coalesce(i.kind = 'rollup', false) AND {within}
        ORDER BY document
        """,
        from_month=from_month,
        **parameters,
    )
