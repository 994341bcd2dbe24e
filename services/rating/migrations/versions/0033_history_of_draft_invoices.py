"""What was done with the orders of a draft invoice is found by the invoice."""

from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(
            "CREATE INDEX CONCURRENTLY order_step_invoice_id ON order_step (invoice_id) WHERE invoice_id IS NOT NULL"
        )
