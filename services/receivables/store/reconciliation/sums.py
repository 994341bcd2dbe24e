"""The sums of reconciliation: of both ledgers, of their accounts, and of the export runs."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.receivables.rules.months import Months
from services.receivables.rules.reconciliation import AccountSums, LedgerTotals, RunBookings
from services.receivables.store.reconciliation.posted import GL_ROWS, LINES, RECEIVABLES, RUNS, posted_in, rows_of
from shared.access.grants import Scope
from shared.database.scope import scope_condition
from shared.database.statements import DIGEST, fetch_all, fetch_one, fetch_value


async def count_posted(session: AsyncSession, months: Months) -> int:
    """How many transactions were posted in these months, as their last numbers tell."""
    counted: int = await fetch_value(
        session,
        """
        SELECT coalesce(sum(last_number), 0) FROM number_series
        WHERE series BETWEEN 'transaction ' || CAST(:first_month AS text) AND 'transaction ' || CAST(:last_month AS text)
        """,
        first_month=months.first,
        last_month=months.last,
    )
    return counted


async def totals(session: AsyncSession, scope: Scope, months: Months) -> LedgerTotals:
    """The sums of what was posted within the scope, and both sides of the general ledger."""
    posted, parameters = posted_in(scope, months)
    rated, rated_parameters = scope_condition(scope, branch="r.branch", customer="r.bill_to", ar_company="r.ar_company")
    found = await fetch_one(
        session,
        LedgerTotals,
        f"""
        WITH {posted}, billed AS (
            SELECT p.id AS invoice_id, p.id, p.type FROM posted p WHERE p.rating_invoice_id IS NOT NULL
            UNION ALL
            SELECT p.id, x.id, x.type
            FROM posted p CROSS JOIN {rows_of("ar_transaction", "applies_to_id = p.id", "x")}
            WHERE p.rating_invoice_id IS NOT NULL AND x.type IN ('invoice', 'credit_memo')
        ), ordered AS (
            SELECT sum(l.amount - l.tax) FILTER (WHERE b.type = 'invoice') AS net
            FROM billed b CROSS JOIN {rows_of("ar_line", "transaction_id = b.id", "l")}
            WHERE l.work_order_id IS NOT NULL
            GROUP BY l.work_order_id, l.work_order_version
            HAVING sum(l.amount - l.tax) <> 0
        ), ledger AS (
            SELECT coalesce(sum(g.debit), 0.00) AS debit, coalesce(sum(g.credit), 0.00) AS credit
            FROM {GL_ROWS}
        )
        SELECT count(*) FILTER (WHERE p.type = 'invoice' AND p.action = 'add') AS invoices,
               coalesce(sum(p.total) FILTER (WHERE p.type = 'invoice'), 0.00) AS invoiced,
               coalesce(sum(p.total) FILTER (WHERE p.type = 'adjustment'), 0.00) AS adjusted,
               coalesce(-sum(p.total) FILTER (WHERE p.type = 'credit_memo'), 0.00) AS credited,
               coalesce(-sum(p.total) FILTER (WHERE p.type = 'write_off'), 0.00) AS written_off,
               coalesce(sum(p.total), 0.00) AS open,
               (SELECT coalesce(sum(net), 0.00) FROM ordered) AS exported,
               (SELECT debit FROM ledger) AS debit, (SELECT credit FROM ledger) AS credit,
               (SELECT coalesce(sum(r.total), 0.00) FROM rated_order r
                WHERE r.state = 'rated' AND {rated} AND NOT EXISTS (
                    SELECT FROM export_outcome_order o
                    WHERE o.work_order_id = r.work_order_id AND o.version = r.rating_version AND o.booked)) AS unbilled
        FROM posted p
        """,
        **{**parameters, **rated_parameters},
    )
    assert found is not None
    return found


async def account_sums(session: AsyncSession, scope: Scope, months: Months) -> list[AccountSums]:
    """The sums of the sub-ledger and of the GL rows for each account of AR, retainage and finance charges."""
    posted, parameters = posted_in(scope, months)
    return await fetch_all(
        session,
        AccountSums,
        f"""
        WITH {posted}, sub AS (
            SELECT p.gl_company, part.account, sum(part.amount) AS amount
            FROM {LINES}
            CROSS JOIN LATERAL (VALUES {RECEIVABLES}) AS part (account, amount)
            WHERE part.account IS NOT NULL
            GROUP BY p.gl_company, part.account
        ), ledger AS (
            SELECT p.gl_company, g.account, sum(g.debit - g.credit) AS amount
            FROM {GL_ROWS}
            GROUP BY p.gl_company, g.account
        )
        SELECT sub.gl_company, sub.account, sub.amount AS sub_ledger, coalesce(ledger.amount, 0.00) AS general_ledger
        FROM sub LEFT JOIN ledger USING (gl_company, account)
        ORDER BY sub.gl_company, sub.account
        """,
        **parameters,
    )


async def run_bookings(session: AsyncSession, scope: Scope, months: Months) -> list[RunBookings]:
    """How much of each export run was booked and refused. Only the number of refused hand-overs is known here."""
    posted, parameters = posted_in(scope, months)
    return await fetch_all(
        session,
        RunBookings,
        f"""
        WITH {posted}, {RUNS}, orders AS (
            SELECT DISTINCT b.run_id, b.invoice_id || ' ' || l.work_order_number AS place
            FROM booked b CROSS JOIN {rows_of("ar_line", "transaction_id = b.id", "l")}
            WHERE l.work_order_number IS NOT NULL
        ), digest AS (
            SELECT run_id, {DIGEST} AS orders_digest FROM orders GROUP BY run_id
        ), run AS (
            SELECT run_id, count(*) AS booked, sum(net) AS booked_net FROM booked GROUP BY run_id
        )
        SELECT run_id, coalesce(digest.orders_digest, '') AS orders_digest, coalesce(run.booked, 0) AS booked,
               coalesce(run.booked_net, 0.00) AS booked_net, coalesce(refused.refused, 0) AS refused
        FROM run FULL JOIN refused USING (run_id) LEFT JOIN digest USING (run_id)
        ORDER BY run_id
        """,
        **parameters,
    )
