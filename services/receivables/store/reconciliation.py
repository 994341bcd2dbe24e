"""The sums and differences of reconciliation, counted from the rows."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.reconciliation import AccountSums, Difference, LedgerTotals, RunBookings
from shared.access.grants import Scope
from shared.database.scope import scope_condition
from shared.database.statements import DIGEST, fetch_all, fetch_one

# What a line posts to each account, with debits positive. This repeats rules/distributions.py in SQL on purpose, so
# that each of the two checks the other.
_RECEIVABLES = """
    (coalesce(l.ar_account, t.ar_account), l.amount - l.retainage - l.retainage_tax - l.finance_charge),
    (l.retainage_account, l.retainage + l.retainage_tax),
    (l.charge_account, l.finance_charge)
"""
_PARTS = f"""
    {_RECEIVABLES},
    (l.gl_account, l.tax + l.finance_charge - l.amount),
    (l.tax_account, l.retainage_tax - l.tax),
    (l.retainage_tax_account, -l.retainage_tax),
    (l.charge_counter_account, -l.finance_charge)
"""
_SIDES = {"branch": "t.branch", "customer": "c.number", "ar_company": "t.ar_company"}
_DOCUMENT = "'company ' || t.ar_company || ', ' || t.month || ', transaction ' || t.number"


async def totals(session: AsyncSession, scope: Scope) -> LedgerTotals:
    """The sums of everything posted within the scope, and both sides of the general ledger."""
    within, parameters = scope_condition(scope, **_SIDES)
    rated, rated_parameters = scope_condition(scope, branch="r.branch", customer="r.bill_to", ar_company="r.ar_company")
    found = await fetch_one(
        session,
        LedgerTotals,
        f"""
        SELECT count(*) FILTER (WHERE t.type = 'invoice' AND t.action = 'add') AS invoices,
               coalesce(sum(t.total) FILTER (WHERE t.type = 'invoice'), 0.00) AS invoiced,
               coalesce(sum(t.total) FILTER (WHERE t.type = 'adjustment'), 0.00) AS adjusted,
               coalesce(-sum(t.total) FILTER (WHERE t.type = 'credit_memo'), 0.00) AS credited,
               coalesce(-sum(t.total) FILTER (WHERE t.type = 'write_off'), 0.00) AS written_off,
               coalesce(sum(t.total), 0.00) AS open,
               (SELECT coalesce(sum(exported.net), 0.00) FROM (
                    SELECT sum(l.amount - l.tax) FILTER (WHERE t.type = 'invoice') AS net
                    FROM ar_line l
                    JOIN ar_transaction t ON t.id = l.transaction_id JOIN customer c ON c.id = t.customer_id
                    WHERE l.work_order_id IS NOT NULL AND t.type IN ('invoice', 'credit_memo') AND {within}
                    GROUP BY l.work_order_id, l.work_order_version
                    HAVING sum(l.amount - l.tax) <> 0
                ) AS exported) AS exported,
               coalesce(sum(g.debit), 0.00) AS debit, coalesce(sum(g.credit), 0.00) AS credit,
               (SELECT coalesce(sum(r.total), 0.00) FROM rated_order r
                WHERE r.state = 'rated' AND {rated} AND NOT EXISTS (
                    SELECT FROM export_outcome_order o
                    WHERE o.work_order_id = r.work_order_id AND o.version = r.rating_version AND o.booked)) AS unbilled
        FROM ar_transaction t
        JOIN customer c ON c.id = t.customer_id
        LEFT JOIN LATERAL (SELECT sum(debit) AS debit, sum(credit) AS credit FROM gl_distribution g
                           WHERE g.transaction_id = t.id) AS g ON true
        WHERE {within}
        """,
        **{**parameters, **rated_parameters},
    )
    assert found is not None
    return found


async def account_sums(session: AsyncSession, scope: Scope) -> list[AccountSums]:
    """The sums of the sub-ledger and of the GL rows for each account of AR, retainage and finance charges."""
    within, parameters = scope_condition(scope, **_SIDES)
    return await fetch_all(
        session,
        AccountSums,
        f"""
        WITH sub AS (
            SELECT k.gl_company, part.account, sum(part.amount) AS sub_ledger
            FROM ar_line l
            JOIN ar_transaction t ON t.id = l.transaction_id
            JOIN customer c ON c.id = t.customer_id
            JOIN ar_company k ON k.number = t.ar_company
            CROSS JOIN LATERAL (VALUES {_RECEIVABLES}) AS part (account, amount)
            WHERE part.account IS NOT NULL AND {within}
            GROUP BY k.gl_company, part.account
        )
        SELECT gl_company, account, sub_ledger, coalesce(gl.amount, 0.00) AS general_ledger
        FROM sub
        LEFT JOIN LATERAL (
            SELECT sum(g.debit - g.credit) AS amount
            FROM gl_distribution g
            JOIN ar_transaction t ON t.id = g.transaction_id JOIN customer c ON c.id = t.customer_id
            WHERE g.gl_company = sub.gl_company AND g.account = sub.account AND {within}
        ) AS gl ON true
        ORDER BY gl_company, account
        """,
        **parameters,
    )


async def run_bookings(session: AsyncSession, scope: Scope) -> list[RunBookings]:
    """How much of each export run was booked and refused. Only the number of refused hand-overs is known here."""
    within, parameters = scope_condition(scope, **_SIDES)
    return await fetch_all(
        session,
        RunBookings,
        f"""
        WITH orders AS (
            SELECT DISTINCT e.run_id, e.invoice_id || ' ' || l.work_order_number AS place
            FROM export_outcome e
            JOIN ar_transaction t ON t.rating_invoice_id = e.invoice_id AND t.rating_attempt = e.attempt
            JOIN customer c ON c.id = t.customer_id
            JOIN ar_line l ON l.transaction_id = t.id
            WHERE l.work_order_number IS NOT NULL AND {within}
        ), digest AS (
            SELECT run_id, {DIGEST} AS orders_digest FROM orders GROUP BY run_id
        ), run AS (
            SELECT e.run_id, count(t.id) AS booked, coalesce(sum(t.net), 0.00) AS booked_net,
                   count(*) FILTER (WHERE e.outcome <> 'booked') AS refused
            FROM export_outcome e
            LEFT JOIN ar_transaction t ON t.rating_invoice_id = e.invoice_id AND t.rating_attempt = e.attempt
            LEFT JOIN customer c ON c.id = t.customer_id
            WHERE t.id IS NULL OR {within}
            GROUP BY e.run_id
        )
        SELECT run.run_id, coalesce(digest.orders_digest, '') AS orders_digest, run.booked, run.booked_net, run.refused
        FROM run LEFT JOIN digest ON digest.run_id = run.run_id
        ORDER BY run.run_id
        """,
        **parameters,
    )


async def gl_differences(session: AsyncSession, scope: Scope) -> list[Difference]:
    """The GL rows that are missing from a line or should not be there, with account and amount."""
    within, parameters = scope_condition(scope, **_SIDES)
    return await fetch_all(
        session,
        Difference,
        f"""
        WITH expected AS (
            SELECT l.transaction_id, l.line, part.account,
                   greatest(sum(part.amount), 0.00) AS debit, greatest(-sum(part.amount), 0.00) AS credit
            FROM ar_line l
            JOIN ar_transaction t ON t.id = l.transaction_id
            CROSS JOIN LATERAL (VALUES {_PARTS}) AS part (account, amount)
            WHERE part.amount <> 0
            GROUP BY l.transaction_id, l.line, part.account, sign(part.amount)
        ), actual AS (
            SELECT transaction_id, line, account, debit, credit FROM gl_distribution
        ), missing AS (
            SELECT * FROM expected EXCEPT ALL SELECT * FROM actual
        ), surplus AS (
            SELECT * FROM actual EXCEPT ALL SELECT * FROM expected
        )
        SELECT found.kind, {_DOCUMENT} || ', line ' || found.line AS document,
               'account ' || found.account || ', debit ' || found.debit || ', credit ' || found.credit AS detail,
               found.debit - found.credit AS amount
        FROM (SELECT 'GL_ROW_MISSING' AS kind, * FROM missing UNION ALL SELECT 'GL_ROW_SURPLUS', * FROM surplus) AS found
        JOIN ar_transaction t ON t.id = found.transaction_id
        JOIN customer c ON c.id = t.customer_id
        WHERE {within}
        ORDER BY found.transaction_id, found.line, kind, detail
        """,
        **parameters,
    )


async def document_differences(session: AsyncSession, scope: Scope) -> list[Difference]:
    """The transactions that are not the sum of their lines, and the lines that are settled for more than was billed."""
    within, parameters = scope_condition(scope, **_SIDES)
    return await fetch_all(
        session,
        Difference,
        f"""
        SELECT 'TRANSACTION_AND_LINES' AS kind, {_DOCUMENT} AS document,
               'total is ' || t.total || ', lines add up to ' || coalesce(l.amount, 0.00) AS detail,
               t.total - coalesce(l.amount, 0.00) AS amount
        FROM ar_transaction t
        JOIN customer c ON c.id = t.customer_id
        LEFT JOIN LATERAL (SELECT sum(amount) AS amount FROM ar_line WHERE transaction_id = t.id) AS l ON true
        WHERE {within} AND t.total IS DISTINCT FROM l.amount
        UNION ALL
        SELECT 'OVER_SETTLED', {_DOCUMENT} || ', line ' || moved.line,
               'billed ' || moved.billed || ', open ' || moved.open, moved.open
        FROM (
            SELECT coalesce(l.applies_to_id, l.transaction_id) AS invoice_id, coalesce(l.applies_to_line, l.line) AS line,
                   coalesce(sum(l.amount) FILTER (WHERE x.type IN ('invoice', 'adjustment')), 0.00) AS billed,
                   sum(l.amount) AS open
            FROM ar_line l JOIN ar_transaction x ON x.id = l.transaction_id
            GROUP BY 1, 2
        ) AS moved
        JOIN ar_transaction t ON t.id = moved.invoice_id
        JOIN customer c ON c.id = t.customer_id
        WHERE {within} AND (sign(moved.open) NOT IN (0, sign(moved.billed)) OR abs(moved.open) > abs(moved.billed))
        ORDER BY kind, document
        """,
        **parameters,
    )


async def number_gaps(session: AsyncSession, scope: Scope) -> list[Difference]:
    """The transaction and invoice numbers that were taken, but are on no document and were not skipped."""
    within, parameters = scope_condition(scope, branch=None, customer=None, ar_company="n.ar_company")
    return await fetch_all(
        session,
        Difference,
        f"""
        SELECT 'NUMBERS' AS kind, 'company ' || n.ar_company || ', series ' || n.series AS document,
               counted.documents || ' documents for ' || counted.numbers || ' numbers' AS detail,
               (counted.numbers - counted.documents)::numeric AS amount
        FROM number_series n
        JOIN LATERAL (
            SELECT count(*) AS documents,
                   n.last_number - coalesce(min(t.number) - 1, n.last_number) AS numbers
            FROM ar_transaction t
            WHERE t.ar_company = n.ar_company AND n.series = 'transaction ' || t.month
            UNION ALL
            SELECT count(*), n.last_number - coalesce(min(given.number) - 1, n.last_number)
            FROM (
                SELECT t.invoice_number::bigint AS number FROM ar_transaction t
                WHERE t.ar_company = n.ar_company AND t.type = 'invoice' AND t.action = 'add' AND NOT t.number_typed
                UNION ALL
                SELECT s.number FROM skipped_number s WHERE s.ar_company = n.ar_company
            ) AS given
            WHERE n.series = 'invoice'
        ) AS counted ON counted.documents <> counted.numbers
        WHERE {within}
        """,
        **parameters,
    )


async def order_differences(session: AsyncSession, scope: Scope) -> list[Difference]:
    """The booked orders whose net amount differs from their rating, and the booked hand-overs without an invoice."""
    within, parameters = scope_condition(scope, **_SIDES)
    return await fetch_all(
        session,
        Difference,
        f"""
        SELECT 'ORDER_AND_INVOICE' AS kind, 'work order ' || r.number AS document,
               'rated ' || r.total || ' at version ' || r.rating_version || ', invoiced ' || sum(l.amount - l.tax) AS detail,
               r.total - sum(l.amount - l.tax) AS amount
        FROM rated_order r
        JOIN ar_line l ON l.work_order_id = r.work_order_id AND l.work_order_version = r.rating_version
        JOIN ar_transaction t ON t.id = l.transaction_id AND t.type = 'invoice'
        JOIN customer c ON c.id = t.customer_id
        WHERE r.state = 'rated' AND {within}
        GROUP BY r.work_order_id HAVING r.total <> sum(l.amount - l.tax)
        UNION ALL
        SELECT 'OUTCOME_AND_INVOICE', 'hand-over of invoice ' || e.invoice_id || ', attempt ' || e.attempt,
               'booked, but no invoice is posted', 0.00
        FROM export_outcome e
        WHERE e.outcome = 'booked' AND NOT EXISTS (
            SELECT FROM ar_transaction t WHERE t.rating_invoice_id = e.invoice_id AND t.rating_attempt = e.attempt)
        ORDER BY kind, document
        """,
        **parameters,
    )
