"""The posting check stays linear, whatever the planner believed of the tables, and whenever."""

from alembic import op

revision = "0009"
down_revision = "0008"

# Two beliefs made it quadratic. A session kept the plan that it had made when the tables were small: EXECUTE plans anew
# each time. And while a large posting is under way, an ANALYZE of somebody else sees none of its rows: a planner that
# thinks the table empty keeps it as a list and compares all with all, which took minutes for 100,000 invoices. Without
# such lists it joins by hash or by key. The keys see to it that the transaction is always found.
_POSTING_CHECK = """
CREATE OR REPLACE FUNCTION check_posting() RETURNS trigger LANGUAGE plpgsql SET enable_material = off AS $$
DECLARE
    unbalanced text;
    altered text;
    closed text;
BEGIN
    EXECUTE $checked$
        SELECT min(document || format(': debit %s, credit %s', debit, credit)) FILTER (WHERE debit <> credit),
               min(document || format(': %s rows instead of %s', rows, gl_rows))
                   FILTER (WHERE rows <> gl_rows OR month <> own_month),
               min(document) FILTER (WHERE own_month <= last_closed_month)
        FROM (
            SELECT format('transaction %s of %s, company %s', t.number, t.month, t.ar_company) AS document, t.gl_rows,
                   t.month AS own_month, c.last_closed_month, added.debit, added.credit, added.rows, added.month
            FROM (
                SELECT transaction_id, sum(debit) AS debit, sum(credit) AS credit, count(*) AS rows, max(month) AS month
                FROM posted GROUP BY transaction_id
            ) AS added
            LEFT JOIN ar_transaction t ON t.id = added.transaction_id
            LEFT JOIN ar_company c ON c.number = t.ar_company
        ) AS checked
    $checked$ INTO unbalanced, altered, closed;
    IF unbalanced IS NOT NULL THEN
        RAISE EXCEPTION 'unbalanced posting: %', unbalanced
            USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_balanced';
    ELSIF altered IS NOT NULL THEN
        RAISE EXCEPTION 'altered posting: %', altered
            USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_unaltered';
    ELSIF closed IS NOT NULL THEN
        RAISE EXCEPTION 'posting into a closed month: %', closed
            USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_month_open';
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute(_POSTING_CHECK)
