"""Batches have a description, and the number and sum of entries that a clerk expects."""

from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE batch ADD description text NOT NULL DEFAULT '', ADD control_total numeric(24, 2), ADD control_count int
        """
    )
