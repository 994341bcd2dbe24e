"""Invoices are found by their status, their source and their receivable type."""

from alembic import op

revision = "0029"
down_revision = "0028"

_COLUMNS = "ALTER TABLE invoice_balance ADD source text, ADD receivable_type int"

# The same as the rule InvoiceRow.status in rules/invoices.py; a test compares the two.
_STATUS = """
CREATE FUNCTION status_of_invoice(open numeric, amended int, credited numeric, written_off numeric, deleted boolean)
RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN deleted THEN 'deleted'
                WHEN open <> 0 OR amended = 0
                THEN CASE WHEN credited <> 0 OR written_off <> 0 THEN 'partly_settled' ELSE 'open' END
                WHEN written_off <> 0 THEN 'written_off'
                WHEN credited <> 0 THEN 'credited'
                ELSE 'paid' END
$$
"""

_KEEP = """
CREATE OR REPLACE FUNCTION keep_invoice_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO invoice_balance (invoice_id, version_id, ar_company, customer_id, customer, branch, month, number,
                                 invoice_date, due_on, total, open, source, receivable_type)
    SELECT p.id, p.id, p.ar_company, p.customer_id, c.number, p.branch, p.month, p.invoice_number,
           p.invoice_date, p.due_on, p.total, p.total, s.source, p.receivable_type
    FROM posted p JOIN customer c ON c.id = p.customer_id JOIN batch s ON s.id = p.batch_id
    WHERE p.type = 'invoice' AND p.action = 'add'
    ORDER BY p.id;
    UPDATE invoice_balance b
    SET total = b.total + s.changed, open = b.open + s.moved, credited = b.credited + s.credited,
        written_off = b.written_off + s.written_off, amended = b.amended + s.amended, deleted = b.deleted OR s.deleted
    FROM (
        SELECT p.applies_to_id, count(*) AS amended, sum(p.total) AS moved,
               coalesce(sum(p.total) FILTER (WHERE p.type = 'invoice'), 0) AS changed,
               coalesce(sum(p.total) FILTER (WHERE p.type = 'credit_memo'), 0) AS credited,
               coalesce(sum(p.total) FILTER (WHERE p.type = 'write_off'), 0) AS written_off,
               coalesce(bool_or(p.changes_id = p.applies_to_id AND p.action = 'delete'), false) AS deleted
        FROM posted p WHERE p.applies_to_id IS NOT NULL GROUP BY p.applies_to_id
    ) AS s
    WHERE b.invoice_id = s.applies_to_id;
    UPDATE invoice_balance b
    SET version_id = v.id, invoice_date = v.invoice_date, due_on = v.due_on, receivable_type = v.receivable_type
    FROM (
        SELECT DISTINCT ON (p.changes_id) p.* FROM posted p WHERE p.action = 'change' ORDER BY p.changes_id, p.id DESC
    ) AS v
    WHERE b.invoice_id = v.changes_id;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    for statement in (_COLUMNS, _STATUS, _KEEP):
        op.execute(statement)
