"""Years of a company's data, made in the databases by INSERT … SELECT, for measuring what grows with the tables."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import asyncpg

from tests.bench.figures import Tell

_FIRST_MONTH = "2023-12-01"
_LINES = 2
_FIRST_PART = 1_000
_PART = 100_000

# Without triggers and without the checks of foreign keys, which would take four times as long.
_PREPARE = ("SET session_replication_role = replica", "SET synchronous_commit = off", "SET max_parallel_workers = 0")

_CUSTOMERS = """
INSERT INTO customer (ar_company, number, name, sort_name, status, customer_type, credit_limit)
SELECT 1, 'G' || lpad(n::text, 5, '0'),
       (ARRAY['Law Office of', 'Offices of', 'Legal Group', 'County of', 'Partners at'])[1 + n % 5] || ' ' || md5(n::text),
       'G' || lpad(n::text, 5, '0'), 'active', 'LAW', CASE WHEN n % 20 = 1 THEN 100000000 END
FROM generate_series(1, :customers) AS n
"""
_BATCHES = """
INSERT INTO batch (ar_company, month, number, source, status, run_id, created_by)
SELECT 1, to_char(day, 'YYYY-MM'), 1000000 + row_number() OVER (), 'rating', 'posted', 1000000 + row_number() OVER (), 'fill'
FROM (SELECT date ':start' + make_interval(months => m, days => d) AS day
      FROM generate_series(0, :months - 1) AS m, generate_series(0, 19) AS d) AS days
ON CONFLICT DO NOTHING
"""
# Number n of `invoices` belongs to month n * months / invoices, and to the first customer if it ends in 0.
_PLACED = """
placed AS (
    SELECT n, (n - 1) * :months::bigint / :invoices AS m, CASE WHEN n % 10 = 0 THEN 1 ELSE 1 + n * 7919 % :customers END AS customer
    FROM generate_series(:first::bigint, :last::bigint) AS n
), dated AS (
    SELECT placed.*, date ':start' + make_interval(months => m::int, days => (n % 28)::int) AS day,
           n - (m * :invoices + :months - 1) / :months AS number
    FROM placed
)
"""
_INVOICES = f"""
WITH {_PLACED}
INSERT INTO ar_transaction (id, ar_company, month, number, batch_id, seq, type, customer_id, invoice_number,
    receivable_type, ar_account, invoice_date, due_on, branch, net, tax, total, gl_rows, rating_invoice_id,
    rating_attempt, posted_by, posted_at, number_typed)
SELECT 10000000 + n, 1, to_char(day, 'YYYY-MM'), dated.number, b.id, n, 'invoice', c.id, (10000000 + n)::text, 1, '1200',
       day, day + interval '30 days', 'SAT',
       100 + n % 200, 0, 100 + n % 200, {2 * _LINES}, 10000000 + n, 1, 'fill', day, true
FROM dated
JOIN customer c ON c.ar_company = 1 AND c.number = 'G' || lpad(customer::text, 5, '0')
JOIN batch b ON b.ar_company = 1 AND b.run_id = 1000001 + m * 20 + n % 20 AND b.source = 'rating'
"""
_INVOICE_LINES = f"""
INSERT INTO ar_line (transaction_id, line, description, gl_account, quantity, unit_rate, amount, tax, taxable,
    work_order_id, work_order_number, work_order_version, work_order_attempt)
SELECT id, line, 'Service of process', '4000', 1, 1, CASE line WHEN 1 THEN net - 40 ELSE 40 END, 0, false,
       id, 'W' || id, 1, 1
FROM ar_transaction t CROSS JOIN generate_series(1, {_LINES}) AS line WHERE t.id BETWEEN 10000000 + :first AND 10000000 + :last
"""
# 87 of 100 invoices are settled in full. The numbers follow those of the month's invoices.
_SETTLEMENTS = """
WITH month AS (
    SELECT m, f AS first, (((m + 1) * :invoices + :months - 1) / :months) - f AS invoices, (f + 1) / 100 * 87 + least((f + 1) % 100, 87) AS before
    FROM generate_series(0::bigint, :months - 1) AS m CROSS JOIN LATERAL (SELECT (m * :invoices + :months - 1) / :months AS f) AS found
)
INSERT INTO ar_transaction (id, ar_company, month, number, batch_id, seq, type, customer_id, invoice_number,
    receivable_type, ar_account, invoice_date, due_on, branch, net, tax, total, gl_rows, applies_to_id, disposition,
    posted_by, posted_at)
SELECT t.id + 10000000, 1, t.month, month.invoices + n / 100 * 87 + least(n % 100, 87) - month.before + 1, t.batch_id, t.seq + 10000000,
       'write_off', t.customer_id, t.invoice_number, 1, '1200',
       t.invoice_date, t.due_on, t.branch, -t.net, 0, -t.net, t.gl_rows, t.id, NULL, 'fill', t.posted_at
FROM ar_transaction t
CROSS JOIN LATERAL (SELECT t.id - 10000000 AS n) AS place
JOIN month ON month.m = (n - 1) * :months / :invoices
WHERE t.id BETWEEN 10000000 + :first AND 10000000 + :last AND n % 100 < 87
"""
_SETTLEMENT_LINES = """
INSERT INTO ar_line (transaction_id, line, description, gl_account, quantity, unit_rate, amount, tax, taxable,
    work_order_id, work_order_number, work_order_version, work_order_attempt, applies_to_id, applies_to_line)
SELECT t.id, l.line, l.description, '6200', l.quantity, l.unit_rate,
       -l.amount, 0, false, l.work_order_id, l.work_order_number, 1, 1, l.transaction_id, l.line
FROM ar_transaction t JOIN ar_line l ON l.transaction_id = t.applies_to_id
WHERE t.id BETWEEN 20000000 + :first AND 20000000 + :last
"""
_LEDGER = """
INSERT INTO gl_distribution (transaction_id, position, line, gl_company, month, account, debit, credit)
SELECT t.id, (l.line - 1) * 2 + side, l.line, 1, t.month, CASE side WHEN 1 THEN '1200' ELSE l.gl_account END,
       CASE WHEN (side = 1) = (l.amount > 0) THEN abs(l.amount) ELSE 0 END,
       CASE WHEN (side = 1) = (l.amount > 0) THEN 0 ELSE abs(l.amount) END
FROM ar_transaction t JOIN ar_line l ON l.transaction_id = t.id CROSS JOIN generate_series(1, 2) AS side
WHERE t.id BETWEEN 10000000 + :first AND 10000000 + :last OR t.id BETWEEN 20000000 + :first AND 20000000 + :last
"""
_BALANCES = """
INSERT INTO invoice_balance (invoice_id, version_id, ar_company, customer_id, customer, branch, month, number, invoice_date,
    due_on, total, open, written_off, amended, source, receivable_type)
SELECT t.id, t.id, 1, t.customer_id, c.number, t.branch, t.month, t.invoice_number, t.invoice_date, t.due_on, t.total,
       t.total + coalesce(x.total, 0), coalesce(x.total, 0), CASE WHEN x.id IS NULL THEN 0 ELSE 1 END, 'rating',
       t.receivable_type
FROM ar_transaction t
JOIN customer c ON c.id = t.customer_id
LEFT JOIN ar_transaction x ON x.id = t.id + 10000000
WHERE t.id BETWEEN 10000000 + :first AND 10000000 + :last
"""
_OUTCOMES = (
    """
    INSERT INTO export_outcome (invoice_id, attempt, run_id, ar_company, outcome, reason, detail)
    SELECT t.rating_invoice_id, 1, b.run_id, 1, 'booked', '', ''
    FROM ar_transaction t JOIN batch b ON b.id = t.batch_id
    WHERE t.id BETWEEN 10000000 + :first AND 10000000 + :last
    """,
    """
    INSERT INTO export_outcome_order (work_order_id, version, attempt, invoice_id, invoice_attempt, booked)
    SELECT id, 1, 1, rating_invoice_id, 1, true FROM ar_transaction
    WHERE id BETWEEN 10000000 + :first AND 10000000 + :last
    """,
    """
    INSERT INTO rated_order (work_order_id, number, revision, rating_version, state, ar_company, branch, customer, bill_to,
                             total, rated_at)
    SELECT t.id, 'W' || t.id, 2, 1, 'rated', 1, t.branch, c.number, c.number, t.net, t.posted_at
    FROM ar_transaction t JOIN customer c ON c.id = t.customer_id
    WHERE t.id BETWEEN 10000000 + :first AND 10000000 + :last AND t.posted_at > now() - interval '100 days'
    """,
)
_COUNTERS = (
    """
    INSERT INTO rated_order (work_order_id, number, revision, rating_version, state, ar_company, branch, customer, bill_to,
                             total, rated_at)
    SELECT 10000000 + n, 'W' || 10000000 + n, 2, 1, 'rated', 1, 'SAT', c, c, 100 + n % 200, now()
    FROM generate_series(:invoices + 1, :invoices + :ready) AS n
    CROSS JOIN LATERAL (
        SELECT 'G' || lpad((CASE WHEN n % 10 = 0 THEN 1 ELSE 1 + n * 7919::bigint % :customers END)::text, 5, '0') AS c
    ) AS payer
    """,
    """
    UPDATE batch b SET posted_count = s.count, posted_total = s.total
    FROM (SELECT batch_id, count(*) AS count, sum(total) AS total FROM ar_transaction GROUP BY batch_id) AS s
    WHERE b.id = s.batch_id
    """,
    """
    INSERT INTO number_series (ar_company, series, last_number)
    SELECT 1, 'transaction ' || month, max(number) FROM ar_transaction WHERE id > 10000000 GROUP BY month
    ON CONFLICT (ar_company, series) DO UPDATE SET last_number = excluded.last_number
    """,
    """
    INSERT INTO customer_account (customer_id, open_amount, version)
    SELECT customer_id, sum(total), 1 FROM ar_transaction WHERE id > 10000000 GROUP BY customer_id
    ON CONFLICT (customer_id) DO UPDATE SET open_amount = excluded.open_amount, version = customer_account.version + 1
    """,
    "SELECT setval('ar_transaction_id_seq', 40000000)",
)


# The orders of the invoices come first and have the same numbers; the others are not billed yet.
_ORDERS = """
INSERT INTO work_order (id, number, branch, style, customer, bill_to, priority, job_type, served_zip, service_on,
                        field_status, pod_received, servers, status, rating_version, export_attempt, invoice_id, revision,
                        total, on_rollup)
OVERRIDING SYSTEM VALUE
SELECT 10000000 + n, 'W' || 10000000 + n, 'SAT', 'process', c, c, 'STANDARD', 'CITATION', '78205',
       date ':start' + (n * :months::bigint * 30 / :invoices)::int, 'served', true, '[{"server": "S100", "share": "100"}]',
       CASE WHEN n <= :invoices THEN 'exported' WHEN n <= :invoices + :ready THEN 'rated' ELSE 'open' END,
       CASE WHEN n <= :invoices + :ready THEN 1 ELSE 0 END, CASE WHEN n <= :invoices THEN 1 ELSE 0 END,
       CASE WHEN n <= :invoices THEN 10000000 + n END, 2, CASE WHEN n <= :invoices + :ready THEN 100 + n % 200 ELSE 0 END,
       n <= :invoices AND n % 10 = 3
FROM generate_series(:first::bigint, :last::bigint) AS n
CROSS JOIN LATERAL (
    SELECT 'G' || lpad((CASE WHEN n % 10 = 0 THEN 1 ELSE 1 + n * 7919 % :customers END)::text, 5, '0') AS c
) AS payer
"""
_RATINGS = (
    """
    INSERT INTO rating (id, work_order_id, version, profile_id, region, rated_by, rated_at, charges_total,
                        advances_total, total, explanation)
    OVERRIDING SYSTEM VALUE
    SELECT id, id, 1, (SELECT min(id) FROM billing_profile), 'BEXAR', 'fill', service_on, 100 + id % 200, 0,
           100 + id % 200, json_build_object('filled', repeat('because ', 40))
    FROM work_order WHERE id BETWEEN 10000000 + :first AND 10000000 + :last AND status <> 'open'
    """,
    """
    INSERT INTO rating_line (rating_id, position, billing_item, income_account, quantity, quantity_source, unit_rate,
                             amount, taxable, fee_advance, origin)
    SELECT r.id, line, 'Service of process', '4000', 1, 'one', 1, CASE line WHEN 1 THEN r.total - 40 ELSE 40 END, false,
           false, 'rate'
    FROM rating r CROSS JOIN generate_series(1, 2) AS line WHERE r.id BETWEEN 10000000 + :first AND 10000000 + :last
    """,
    """
    INSERT INTO invoice (id, kind, branch, bill_to, status, attempt, ar_number, ar_month, ar_transaction)
    OVERRIDING SYSTEM VALUE
    SELECT id, CASE WHEN on_rollup THEN 'rollup' ELSE 'single' END, branch, bill_to, 'exported', 1, id::text, to_char(service_on, 'YYYY-MM'), id
    FROM work_order WHERE id BETWEEN 10000000 + :first AND 10000000 + :last AND status = 'exported'
    """,
    """
    INSERT INTO export_invoice (invoice_id, attempt, run_id, ar_company, chunk, orders, total, document_bytes, outcome,
                                answered_at)
    SELECT r.id, 1, 1000001 + (r.id - 10000001) * :months / :invoices * 20 + r.id % 20, 1, 1, 1, r.total, 500, 'exported', r.rated_at
    FROM rating r JOIN work_order w ON w.id = r.id
    WHERE r.id BETWEEN 10000000 + :first AND 10000000 + :last AND w.status = 'exported'
    """,
    """
    INSERT INTO commission (kind, period_id, server, work_order_id, version, position, billing_item, method, figure, share,
                            base, amount, words, booked_by, booked_at, payable_at)
    SELECT 'earned', (SELECT max(id) FROM commission_period), servers.codes[1 + r.id % cardinality(servers.codes)], r.id, 1, 1,
           'Service of process', 'percent', 25, 100, r.total - 40, round((r.total - 40) / 4, 2), '', 'fill', r.rated_at,
           CASE w.status WHEN 'exported' THEN r.rated_at END
    FROM rating r
    JOIN work_order w ON w.id = r.id
    CROSS JOIN (SELECT array_agg(code ORDER BY code) AS codes FROM server) AS servers
    WHERE r.id BETWEEN 10000000 + :first AND 10000000 + :last
    """,
    """
    INSERT INTO export_order (work_order_id, version, attempt, invoice_id, invoice_attempt, total, number)
    SELECT r.id, 1, 1, r.id, 1, r.total, 'W' || r.id FROM rating r JOIN work_order w ON w.id = r.id
    WHERE r.id BETWEEN 10000000 + :first AND 10000000 + :last AND w.status = 'exported'
    """,
)
_RATING_CUSTOMERS = (
    """
    INSERT INTO customer (ar_company, number, version, name, status, customer_type, credit_limit)
    SELECT 1, 'G' || lpad(n::text, 5, '0'), 1, 'Law Office of ' || md5(n::text), 'active', 'LAW',
           CASE WHEN n % 20 = 1 THEN 100000000 END
    FROM generate_series(1, :customers) AS n
    """,
    """
    INSERT INTO customer_account (ar_company, customer, version, open_amount)
    SELECT 1, 'G' || lpad(n::text, 5, '0'), 1, 5000 FROM generate_series(1, :customers) AS n
    """,
)
_RUNS = (
    """
INSERT INTO export_run (id, status, requested_by, requested_at, invoice_date, month, selection, invoices, orders, total,
                        exported, exported_total, finished_at)
OVERRIDING SYSTEM VALUE
SELECT 1000001 + run, 'done', 'fill', first.rated_at, first.rated_at, to_char(first.rated_at, 'YYYY-MM'), '{}',
       first.invoices, first.invoices, first.total, first.invoices, first.total, first.rated_at
FROM (
    SELECT run_id - 1000001 AS run, count(*) AS invoices, sum(total) AS total, min(answered_at) AS rated_at
    FROM export_invoice WHERE run_id > 1000000 GROUP BY run_id
) AS first
""",
    "INSERT INTO order_to_estimate (work_order_id) SELECT id FROM work_order WHERE status = 'open' ORDER BY id",
    *(f"SELECT setval('{table}_id_seq', 40000000)" for table in ("work_order", "rating", "invoice", "export_run")),
)


@dataclass(frozen=True)
class Size:
    """How much a company has after `months`: the invoices, each of one order, and the orders that are not billed yet."""

    invoices: int = 2_000_000
    months: int = 36
    customers: int = 20_000
    open_orders: int = 80_000
    ready_orders: int = 50_000


async def fill_receivables(connection: asyncpg.Connection, size: Size, tell: Tell) -> None:
    """Posts `size.invoices` invoices and what settles most of them, oldest month first."""
    await _run(connection, size, (*_PREPARE, _CUSTOMERS, _BATCHES, "ANALYZE"))
    parts = (_INVOICES, _INVOICE_LINES, _SETTLEMENTS, _SETTLEMENT_LINES, _LEDGER, _BALANCES, *_OUTCOMES)
    await _run_in_parts(connection, size, size.invoices, parts, tell)
    await _run(connection, size, (*_COUNTERS, "VACUUM (ANALYZE)"))


async def fill_rating(connection: asyncpg.Connection, size: Size, tell: Tell) -> None:
    """Makes the orders of these invoices, all exported, and those that are rated or still open."""
    await _run(connection, size, (*_PREPARE, *_RATING_CUSTOMERS, "ANALYZE"))
    orders = size.invoices + size.ready_orders + size.open_orders
    await _run_in_parts(connection, size, orders, (_ORDERS, *_RATINGS), tell)
    await _run(connection, size, (*_RUNS, "VACUUM (ANALYZE)"))


async def _run(
    connection: asyncpg.Connection, size: Size, statements: Iterable[str], first: int = 1, last: int = 0
) -> None:
    # The values are ours, and the planner should see them.
    values = {
        "start": _FIRST_MONTH,
        "invoices": size.invoices,
        "months": size.months,
        "customers": size.customers,
        "ready": size.ready_orders,
        "first": first,
        "last": last,
    }
    for statement in statements:
        await connection.execute(
            re.sub(rf"(?<!:):({'|'.join(values)})\b", lambda found: str(values[found[1]]), statement)
        )


async def _run_in_parts(
    connection: asyncpg.Connection, size: Size, count: int, statements: Sequence[str], tell: Tell
) -> None:
    """Runs the statements for numbers 1 to `count`; the first part is small, so that the planner has figures soon."""
    first, last = 1, min(_FIRST_PART, count)
    while first <= count:
        await _run(connection, size, statements, first, last)
        if first == 1:
            await connection.execute("ANALYZE")
        tell(f"{last:,} of {count:,}")
        first, last = last + 1, min(last + _PART, count)
