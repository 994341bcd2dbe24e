"""What the statements of reconciliation begin with: the transactions of some months, and what belongs to them."""

from services.receivables.rules.months import NO_END, Months
from shared.access.grants import Scope
from shared.database.scope import scope_condition

# What a line posts to each account, with debits positive. This repeats rules/distributions.py in SQL on purpose, so
# that each of the two checks the other.
RECEIVABLES = """
    (coalesce(l.ar_account, p.ar_account), l.amount - l.retainage - l.retainage_tax - l.finance_charge),
    (l.retainage_account, l.retainage + l.retainage_tax),
    (l.charge_account, l.finance_charge)
"""


def posted_in(scope: Scope, months: Months) -> tuple[str, dict[str, object]]:
    """A query `posted` for WITH, of the transactions of these months within the scope, and its parameters."""
    within, parameters = scope_condition(scope, branch="t.branch", customer="c.number", ar_company="t.ar_company")
    posted = f"""
        posted AS MATERIALIZED (
            SELECT t.id, t.ar_company, t.month, t.number, t.customer_id, t.type, t.action, t.applies_to_id, t.ar_account,
                   t.net, t.total, t.rating_invoice_id, t.rating_attempt, k.gl_company
            FROM ar_company k
            JOIN ar_transaction t ON t.ar_company = k.number AND t.month BETWEEN :first_month AND :last_month
            JOIN customer c ON c.id = t.customer_id
            WHERE {within}
        )
    """
    return posted, {"first_month": months.first, "last_month": months.last, **parameters}


def rows_of(table: str, key: str, alias: str) -> str:
    """The rows of `table` that have a key, looked up for each row before them in a FROM clause.

    OFFSET keeps the planner from reading the whole table instead, which is quicker only while the table is small.
    """
    return f"LATERAL (SELECT * FROM {table} WHERE {key} OFFSET 0) AS {alias}"


LINES = f"posted p CROSS JOIN {rows_of('ar_line', 'transaction_id = p.id', 'l')}"
GL_ROWS = f"posted p CROSS JOIN {rows_of('gl_distribution', 'transaction_id = p.id', 'g')}"

RUNS = f"""
    booked AS MATERIALIZED (
        SELECT e.run_id, p.id, p.net, e.invoice_id
        FROM posted p JOIN export_outcome e ON e.invoice_id = p.rating_invoice_id AND e.attempt = p.rating_attempt
        WHERE p.rating_invoice_id IS NOT NULL
    ), refused AS (
        SELECT run_id, count(*) AS refused FROM export_outcome
        WHERE outcome <> 'booked' AND run_id >= coalesce((SELECT min(run_id) FROM booked), 0)
          AND (:last_month = '{NO_END}' OR run_id <= (SELECT max(run_id) FROM booked))
        GROUP BY run_id
    )
"""
"""Queries for WITH after `posted`: the hand-overs that were booked with it, and the others of these runs.

If the months have no end, the runs have none either.
"""

MEMBERS = """
    touched AS (SELECT DISTINCT coalesce(p.applies_to_id, p.id) AS invoice_id FROM posted p),
    member AS MATERIALIZED (
        SELECT touched.invoice_id, x.id, x.type, x.total
        FROM touched CROSS JOIN LATERAL (
            SELECT id, type, total FROM ar_transaction WHERE id = touched.invoice_id
            UNION ALL
            SELECT id, type, total FROM ar_transaction WHERE applies_to_id = touched.invoice_id) AS x
    )
"""
"""Queries for WITH after `posted`: every invoice that it touched, with all that was ever posted to that invoice."""
MEMBER_LINES = f"member m CROSS JOIN {rows_of('ar_line', 'transaction_id = m.id', 'l')}"
