"""The differences of reconciliation: everything posted that does not add up, or is not there."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.months import Months
from services.receivables.rules.reconciliation import Difference
from services.receivables.store.reconciliation.posted import (
    GL_ROWS,
    LINES,
    MEMBER_LINES,
    MEMBERS,
    RECEIVABLES,
    RUNS,
    posted_in,
    rows_of,
)
from shared.access.grants import Scope
from shared.database.scope import scope_condition
from shared.database.statements import fetch_all

_PARTS = f"""
    {RECEIVABLES},
    (l.gl_account, l.tax + l.finance_charge - l.amount),
    (l.tax_account, l.retainage_tax - l.tax),
    (l.retainage_tax_account, -l.retainage_tax),
    (l.charge_counter_account, -l.finance_charge)
"""
_DOCUMENT = "'company ' || t.ar_company || ', ' || t.month || ', transaction ' || t.number"


async def gl_differences(session: AsyncSession, scope: Scope, months: Months) -> list[Difference]:
    """The GL rows that are missing from a line or should not be there, with account and amount."""
    posted, parameters = posted_in(scope, months)
    return await fetch_all(
        session,
        Difference,
        f"""
        WITH {posted}, expected AS (
            SELECT l.transaction_id, l.line, part.account,
                   greatest(sum(part.amount), 0.00) AS debit, greatest(-sum(part.amount), 0.00) AS credit
            FROM {LINES}
            CROSS JOIN LATERAL (VALUES {_PARTS}) AS part (account, amount)
            WHERE part.amount <> 0
            GROUP BY l.transaction_id, l.line, part.account, sign(part.amount)
        ), actual AS (
            SELECT g.transaction_id, g.line, g.account, g.debit, g.credit
            FROM {GL_ROWS}
        ), found AS (
            SELECT transaction_id, line, account, debit, credit,
                   CASE sign(sum(rows)) WHEN 1 THEN 'GL_ROW_MISSING' ELSE 'GL_ROW_SURPLUS' END AS kind
            FROM (SELECT *, 1 AS rows FROM expected UNION ALL SELECT *, -1 FROM actual) AS both_sides
            GROUP BY transaction_id, line, account, debit, credit HAVING sum(rows) <> 0
        )
        SELECT found.kind, {_DOCUMENT} || ', line ' || found.line AS document,
               'account ' || found.account || ', debit ' || found.debit || ', credit ' || found.credit AS detail,
               found.debit - found.credit AS amount
        FROM found JOIN posted t ON t.id = found.transaction_id
        ORDER BY found.transaction_id, found.line, kind, detail
        """,
        **parameters,
    )


async def document_differences(session: AsyncSession, scope: Scope, months: Months) -> list[Difference]:
    """The transactions that are not the sum of their lines, and the invoices that do not add up.

    Of an invoice, no line may be settled for more than was billed, and the balance that is kept of it must be the sum
    of everything that was posted to it.
    """
    posted, parameters = posted_in(scope, months)
    return await fetch_all(
        session,
        Difference,
        f"""
        WITH {posted}, {MEMBERS}, moved AS (
            SELECT m.invoice_id, coalesce(l.applies_to_line, l.line) AS line,
                   coalesce(sum(l.amount) FILTER (WHERE m.type IN ('invoice', 'adjustment')), 0.00) AS billed,
                   sum(l.amount) AS open
            FROM {MEMBER_LINES}
            GROUP BY m.invoice_id, coalesce(l.applies_to_line, l.line)
        ), summed AS (
            SELECT m.invoice_id, sum(m.total) AS open,
                   coalesce(sum(m.total) FILTER (WHERE m.type = 'invoice'), 0.00) AS total,
                   coalesce(sum(m.total) FILTER (WHERE m.type = 'credit_memo'), 0.00) AS credited,
                   coalesce(sum(m.total) FILTER (WHERE m.type = 'write_off'), 0.00) AS written_off
            FROM member m GROUP BY m.invoice_id
        )
        SELECT 'TRANSACTION_AND_LINES' AS kind, {_DOCUMENT} AS document,
               'total is ' || t.total || ', lines add up to ' || coalesce(l.amount, 0.00) AS detail,
               t.total - coalesce(l.amount, 0.00) AS amount
        FROM posted t
        LEFT JOIN (SELECT l.transaction_id, sum(l.amount) AS amount FROM {LINES} GROUP BY l.transaction_id) AS l
            ON l.transaction_id = t.id
        WHERE t.total IS DISTINCT FROM l.amount
        UNION ALL
        SELECT 'OVER_SETTLED', {_DOCUMENT} || ', line ' || moved.line,
               'billed ' || moved.billed || ', open ' || moved.open, moved.open
        FROM moved CROSS JOIN {rows_of("ar_transaction", "id = moved.invoice_id", "t")}
        WHERE sign(moved.open) NOT IN (0, sign(moved.billed)) OR abs(moved.open) > abs(moved.billed)
        UNION ALL
        SELECT 'INVOICE_BALANCE', {_DOCUMENT},
               'the balance kept is ' || coalesce(b.open::text, 'missing') || ', postings add up to ' || summed.open,
               coalesce(b.open, 0.00) - summed.open
        FROM summed
        LEFT JOIN {rows_of("invoice_balance", "invoice_id = summed.invoice_id", "b")} ON true
        CROSS JOIN {rows_of("ar_transaction", "id = summed.invoice_id", "t")}
        WHERE (b.open, b.total, b.credited, b.written_off)
              IS DISTINCT FROM (summed.open, summed.total, summed.credited, summed.written_off)
        ORDER BY kind, document
        """,
        **parameters,
    )


async def batch_differences(session: AsyncSession, months: Months) -> list[Difference]:
    """The batches of these months whose kept count or total is not what they posted."""
    return await fetch_all(
        session,
        Difference,
        f"""
        SELECT 'BATCH_TOTAL' AS kind, 'company ' || s.ar_company || ', ' || s.month || ', batch ' || s.number AS document,
               'the total kept is ' || s.posted_total || ' (' || s.posted_count || '), transactions add up to '
               || t.total || ' (' || t.count || ')' AS detail, s.posted_total - t.total AS amount
        FROM batch s
        CROSS JOIN LATERAL (SELECT count(*) AS count, coalesce(sum(x.total), 0.00) AS total
                            FROM {rows_of("ar_transaction", "batch_id = s.id", "x")}) AS t
        WHERE s.month BETWEEN :first_month AND :last_month AND (s.posted_count, s.posted_total) <> (t.count, t.total)
        ORDER BY document
        """,
        first_month=months.first,
        last_month=months.last,
    )


async def account_differences(session: AsyncSession, scope: Scope, months: Months) -> list[Difference]:
    """The customers posted to whose account, with the movements that are not counted yet, is not what is open."""
    posted, parameters = posted_in(scope, months)
    return await fetch_all(
        session,
        Difference,
        f"""
        WITH {posted}, named AS (
            SELECT DISTINCT customer_id AS id FROM posted
        ), kept AS (
            SELECT n.id, coalesce(a.open_amount, 0.00)
                         + coalesce((SELECT sum(m.amount) FROM account_movement m WHERE m.customer_id = n.id), 0.00) AS amount
            FROM named n LEFT JOIN customer_account a ON a.customer_id = n.id
        ), owed AS (
            SELECT n.id, coalesce(sum(b.open), 0.00) AS amount
            FROM named n LEFT JOIN invoice_balance b ON b.customer_id = n.id AND b.open <> 0 GROUP BY n.id
        )
        SELECT 'CUSTOMER_ACCOUNT' AS kind, 'company ' || c.ar_company || ', customer ' || c.number AS document,
               'the account kept is ' || kept.amount || ', open invoices add up to ' || owed.amount AS detail,
               kept.amount - owed.amount AS amount
        FROM kept JOIN owed USING (id) JOIN customer c USING (id)
        WHERE kept.amount <> owed.amount
        ORDER BY document
        """,
        **parameters,
    )


async def number_gaps(session: AsyncSession, scope: Scope, months: Months) -> list[Difference]:
    """The transaction numbers that these months took, but are on no document."""
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
            SELECT count(*) AS documents, n.last_number - coalesce(min(t.number) - 1, n.last_number) AS numbers
            FROM ar_transaction t WHERE t.ar_company = n.ar_company AND t.month = substr(n.series, 13)
        ) AS counted ON counted.documents <> counted.numbers
        WHERE n.series BETWEEN 'transaction ' || CAST(:first_month AS text) AND 'transaction ' || CAST(:last_month AS text)
          AND {within}
        """,
        first_month=months.first,
        last_month=months.last,
        **parameters,
    )


async def invoice_number_gaps(session: AsyncSession, scope: Scope, months: Months) -> list[Difference]:
    """The automatic invoice numbers since the first one of these months that are on no document and not skipped.

    Only numbers between two that are known are looked up, because documents of other months may have them; of a gap,
    at most 100,000.
    """
    within, parameters = scope_condition(scope, branch=None, customer=None, ar_company="n.ar_company")
    return await fetch_all(
        session,
        Difference,
        f"""
        WITH posted AS MATERIALIZED (
            SELECT n.ar_company, n.last_number,
                   CASE WHEN t.invoice_number ~ '^[0-9]{{1,18}}$' THEN t.invoice_number::bigint END AS number
            FROM number_series n
            JOIN ar_transaction t ON t.ar_company = n.ar_company AND t.month BETWEEN :first_month AND :last_month
            WHERE n.series = 'invoice' AND {within}
              AND t.type = 'invoice' AND t.action = 'add' AND NOT t.number_typed
              AND t.invoice_number ~ '^[0-9]{{1,18}}$'
        ), since AS (
            SELECT ar_company, min(number) AS number, max(last_number) AS last_number FROM posted GROUP BY ar_company
        ), known AS (
            SELECT ar_company, number FROM posted
            UNION
            SELECT s.ar_company, s.number FROM since JOIN skipped_number s
                ON s.ar_company = since.ar_company AND s.number >= since.number
            UNION
            SELECT ar_company, last_number + 1 FROM since
        ), gap AS (
            SELECT ar_company, number + 1 AS first, lead(number) OVER (PARTITION BY ar_company ORDER BY number) - 1 AS last
            FROM known
        )
        SELECT 'NUMBERS' AS kind, 'company ' || gap.ar_company || ', series invoice' AS document,
               'no document has number ' || min(given.number) || CASE WHEN count(*) > 1 THEN
                   ' and ' || count(*) - 1 || ' others up to ' || max(given.number) ELSE '' END AS detail,
               count(*)::numeric AS amount
        FROM gap CROSS JOIN LATERAL generate_series(gap.first, least(gap.last, gap.first + 99999)) AS given (number)
        WHERE gap.last >= gap.first AND NOT EXISTS (
            SELECT FROM ar_transaction t
            WHERE t.ar_company = gap.ar_company AND t.invoice_number = given.number::text
              AND t.type = 'invoice' AND t.action = 'add' AND NOT t.number_typed)
        GROUP BY gap.ar_company ORDER BY gap.ar_company
        """,
        first_month=months.first,
        last_month=months.last,
        **parameters,
    )


async def order_differences(session: AsyncSession, scope: Scope, months: Months) -> list[Difference]:
    """The booked orders whose net amount differs from their rating."""
    posted, parameters = posted_in(scope, months)
    return await fetch_all(
        session,
        Difference,
        f"""
        WITH {posted}, {MEMBERS}
        SELECT 'ORDER_AND_INVOICE' AS kind, 'work order ' || r.number AS document,
               'rated ' || r.total || ' at version ' || r.rating_version || ', invoiced ' || sum(l.amount - l.tax) AS detail,
               r.total - sum(l.amount - l.tax) AS amount
        FROM {MEMBER_LINES}
        JOIN rated_order r ON r.work_order_id = l.work_order_id AND r.rating_version = l.work_order_version
        WHERE m.type = 'invoice' AND r.state = 'rated'
        GROUP BY r.work_order_id HAVING r.total <> sum(l.amount - l.tax)
        ORDER BY document
        """,
        **parameters,
    )


async def outcome_differences(session: AsyncSession, scope: Scope, months: Months) -> list[Difference]:
    """The booked hand-overs without an invoice, of the export runs since the first one that is booked in these months."""
    posted, parameters = posted_in(scope, months)
    return await fetch_all(
        session,
        Difference,
        f"""
        WITH {posted}, {RUNS}
        SELECT 'OUTCOME_AND_INVOICE' AS kind, 'hand-over of invoice ' || e.invoice_id || ', attempt ' || e.attempt AS document,
               'booked, but no invoice is posted' AS detail, 0.00 AS amount
        FROM export_outcome e
        WHERE e.outcome = 'booked' AND e.run_id >= coalesce((SELECT min(run_id) FROM booked), 0) AND (
            SELECT t.id FROM ar_transaction t
            WHERE t.rating_invoice_id = e.invoice_id AND t.rating_attempt = e.attempt) IS NULL
        ORDER BY document
        """,
        **parameters,
    )
