"""The work orders of the benchmarks, made in the database because entering them is not measured."""

import asyncpg

from services.rating.models.work_orders import WorkOrderTable
from tests.bench.limit import forget_events

_RATED = """
INSERT INTO work_order (number, branch, style, customer, bill_to, priority, job_type, served_zip, service_on,
                        field_status, pod_received, status, total)
SELECT 'B' || n, 'SAT', 'process', 'S1001', 'S1001', 'STANDARD', 'CITATION', '78205', '2026-11-02', 'served', true,
       'rated', 300
FROM generate_series(1, $1::int) AS n
"""
_RATING = """
INSERT INTO rating (work_order_id, version, profile_id, region, rated_by, rated_at, charges_total, advances_total, total,
                    explanation)
SELECT id, 1, (SELECT min(id) FROM billing_profile), 'BEXAR', 'bench', now(), 300, 0, 300, '{}'
FROM work_order WHERE status = 'rated' ORDER BY id
"""
_LINES = """
INSERT INTO rating_line (rating_id, position, billing_item, income_account, quantity, quantity_source, unit_rate, amount,
                         taxable, fee_advance, origin)
SELECT rating.id, position, 'Service of process', '4000', 1, 'one', 100, 100, false, false, 'rate'
FROM rating CROSS JOIN generate_series(1, 3) AS position ORDER BY rating.id, position
"""
_COPIED = ", ".join(column for column in WorkOrderTable.model_fields if column not in {"id", "number"})


async def clear(rating: asyncpg.Connection) -> None:
    """Removes all work orders and everything that depends on them."""
    await rating.execute("TRUNCATE work_order, invoice, export_run, rating_run, inbox CASCADE")
    await forget_events(rating)


async def make_rated(rating: asyncpg.Connection, count: int) -> None:
    """Makes `count` rated work orders of one customer with three lines each."""
    await clear(rating)
    await rating.execute(_RATED, count)
    await rating.execute(_RATING)
    await rating.execute(_LINES)
    await rating.execute("ANALYZE")


async def multiply(rating: asyncpg.Connection, copies: int) -> None:
    """Copies every open work order `copies` times."""
    await rating.execute(
        f"""
        INSERT INTO work_order (number, {_COPIED})
        SELECT number || '-' || copy, {_COPIED} FROM work_order CROSS JOIN generate_series(1, $1::int) AS copy
        """,
        copies,
    )
    await rating.execute("ANALYZE")
