"""Earlier balances get their source and receivable type. It can be interrupted and run again."""

from alembic import op

revision = "0030"
down_revision = "0029"

# Each part is a transaction of its own, so that postings wait a moment at most.
_FILL = """
DO $$
DECLARE
    first bigint := (SELECT coalesce(min(invoice_id), 1) FROM invoice_balance);
    last bigint := (SELECT coalesce(max(invoice_id), 0) FROM invoice_balance);
BEGIN
    WHILE first <= last LOOP
        UPDATE invoice_balance b
        SET source = (SELECT s.source FROM ar_transaction t JOIN batch s ON s.id = t.batch_id WHERE t.id = b.invoice_id),
            receivable_type = (SELECT v.receivable_type FROM ar_transaction v WHERE v.id = b.version_id)
        WHERE b.invoice_id BETWEEN first AND first + 19999 AND b.source IS NULL;
        COMMIT;
        first := first + 20000;
    END LOOP;
END $$
"""


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(_FILL)
