"""Invoices without an answer are found by the range of their chunk. The old code finds them by their run meanwhile."""

from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY export_invoice_waiting")
