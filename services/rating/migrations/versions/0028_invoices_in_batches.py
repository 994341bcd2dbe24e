"""How many invoices of a run wait in a batch is counted without reading the others."""

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(
            "CREATE INDEX CONCURRENTLY export_invoice_in_batch ON export_invoice (run_id) WHERE ar_batch IS NOT NULL"
        )
