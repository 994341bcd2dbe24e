"""The balances of the invoices that were posted before there were balances. It can be interrupted and run again."""

from alembic import op

revision = "0021"
down_revision = "0020"

# Each part is a transaction of its own. Postings wait for it, a second at most: one that was posted between the sums
# and their row would be in neither.
_FILL = """
DO $$
DECLARE
    first bigint := (SELECT coalesce(min(id), 1) FROM ar_transaction);
    last bigint := (SELECT coalesce(max(id), 0) FROM ar_transaction);
BEGIN
    WHILE first <= last LOOP
        LOCK TABLE ar_transaction IN SHARE MODE;
        INSERT INTO invoice_balance (invoice_id, version_id, ar_company, customer_id, customer, branch, month, number,
                                     invoice_date, due_on, total, open, credited, written_off, amended, deleted)
        SELECT t.id, v.id, t.ar_company, t.customer_id, c.number, t.branch, t.month, t.invoice_number,
               v.invoice_date, v.due_on, t.total + a.changed, t.total + a.moved, a.credited, a.written_off, a.amended,
               a.deleted
        FROM ar_transaction t
        JOIN customer c ON c.id = t.customer_id
        JOIN LATERAL (
            SELECT t.id, t.invoice_date, t.due_on
            UNION ALL
            SELECT x.id, x.invoice_date, x.due_on FROM ar_transaction x WHERE x.changes_id = t.id AND x.action = 'change'
            ORDER BY id DESC LIMIT 1
        ) AS v ON true
        JOIN LATERAL (
            SELECT count(*) AS amended, coalesce(sum(x.total), 0) AS moved,
                   coalesce(sum(x.total) FILTER (WHERE x.type = 'invoice'), 0) AS changed,
                   coalesce(sum(x.total) FILTER (WHERE x.type = 'credit_memo'), 0) AS credited,
                   coalesce(sum(x.total) FILTER (WHERE x.type = 'write_off'), 0) AS written_off,
                   coalesce(bool_or(x.changes_id = t.id AND x.action = 'delete'), false) AS deleted
            FROM ar_transaction x WHERE x.applies_to_id = t.id
        ) AS a ON true
        WHERE t.id BETWEEN first AND first + 19999 AND t.type = 'invoice' AND t.action = 'add'
        ON CONFLICT (invoice_id) DO NOTHING;
        COMMIT;
        first := first + 20000;
    END LOOP;
END $$
"""


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(_FILL)
