"""Customers may require that each work order has certain of the client's own numbers."""

from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE customer ADD required_numbers text[] NOT NULL DEFAULT '{}'
            CHECK (required_numbers <@ ARRAY['attorney', 'claim', 'client_id', 'matter', 'purchase_order'])
        """
    )
