"""An export run keeps how many orders were left out of it, and why."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Runs that exist left nothing out: they were refused as a whole."""
    op.execute(
        "ALTER TABLE export_run ADD COLUMN left_out int NOT NULL DEFAULT 0, "
        "ADD COLUMN left_out_orders jsonb NOT NULL DEFAULT '[]'"
    )
