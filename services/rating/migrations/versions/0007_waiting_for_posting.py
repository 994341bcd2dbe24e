"""Handed-over invoices may wait in a batch of receivables for review."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("ALTER TABLE export_invoice ADD ar_batch bigint")
