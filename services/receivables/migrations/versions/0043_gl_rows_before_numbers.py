"""GL rows may be written before their transaction: whichever comes second is checked against the other."""

from alembic import op

revision = "0043"
down_revision = "0042"

# Others wait for numbers while a posting has taken its own, so everything that needs no number is written before. Each
# statement brings all GL rows of its transactions, numbered from 1: a later one would need a position that is taken.
# The service that runs until an update ends writes the transaction first, so both orders are accepted.
# As in 0009, EXECUTE plans anew each time, and no joined rows are kept as a list.
_ROWS = """
CREATE OR REPLACE FUNCTION check_posting() RETURNS trigger LANGUAGE plpgsql SET enable_material = off AS $$
DECLARE
    unbalanced text;
    altered text;
    closed text;
BEGIN
    EXECUTE $checked$
        SELECT min(document || format(': debit %s, credit %s', debit, credit)) FILTER (WHERE debit <> credit),
               min(document || format(': %s rows instead of %s', rows, coalesce(gl_rows, last)))
                   FILTER (WHERE rows <> gl_rows OR month <> own_month OR months > 1 OR first <> 1 OR last <> rows),
               min(document) FILTER (WHERE own_month <= last_closed_month)
        FROM (
            SELECT CASE WHEN t.id IS NULL THEN format('transaction with id %s', added.transaction_id)
                        ELSE format('transaction %s of %s, company %s', t.number, t.month, t.ar_company) END AS document,
                   t.gl_rows, t.month AS own_month, c.last_closed_month, added.debit, added.credit, added.rows,
                   added.first, added.last, added.month, added.months
            FROM (
                SELECT transaction_id, sum(debit) AS debit, sum(credit) AS credit, count(*) AS rows,
                       min(position) AS first, max(position) AS last, max(month) AS month,
                       CASE WHEN min(month) = max(month) THEN 1 ELSE 2 END AS months
                FROM posted GROUP BY transaction_id
            ) AS added
            LEFT JOIN ar_transaction t ON t.id = added.transaction_id
            LEFT JOIN ar_company c ON c.number = t.ar_company
        ) AS checked
    $checked$ INTO unbalanced, altered, closed;
    PERFORM refuse_posting(unbalanced, altered, closed);
    RETURN NULL;
END $$
"""
_TRANSACTIONS = """
CREATE FUNCTION check_posted_transactions() RETURNS trigger LANGUAGE plpgsql SET enable_material = off AS $$
DECLARE
    altered text;
    closed text;
BEGIN
    EXECUTE $checked$
        SELECT min(document || format(': %s rows instead of %s', rows, gl_rows))
                   FILTER (WHERE rows > 0 AND (rows <> gl_rows OR first <> month OR last <> month)),
               min(document) FILTER (WHERE month <= last_closed_month)
        FROM (
            SELECT format('transaction %s of %s, company %s', p.number, p.month, p.ar_company) AS document, p.gl_rows,
                   p.month, c.last_closed_month, coalesce(g.rows, 0) AS rows, g.first, g.last
            FROM posted p
            JOIN ar_company c ON c.number = p.ar_company
            LEFT JOIN (
                SELECT g.transaction_id, count(*) AS rows, min(g.month) AS first, max(g.month) AS last
                FROM posted p JOIN gl_distribution g ON g.transaction_id = p.id GROUP BY g.transaction_id
            ) AS g ON g.transaction_id = p.id
        ) AS checked
    $checked$ INTO altered, closed;
    PERFORM refuse_posting(NULL, altered, closed);
    RETURN NULL;
END $$
"""
_REFUSE = """
CREATE FUNCTION refuse_posting(unbalanced text, altered text, closed text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
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
END $$
"""
_TRIGGER = """
CREATE TRIGGER check_posted_transactions AFTER INSERT ON ar_transaction
REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION check_posted_transactions()
"""


def upgrade() -> None:
    for statement in (_REFUSE, _ROWS, _TRANSACTIONS, _TRIGGER):
        op.execute(statement)
