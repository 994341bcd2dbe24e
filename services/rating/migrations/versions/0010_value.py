"""An amount that a charge is a share of: collected on an execution, or declared for a package."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute("ALTER TABLE work_order ADD value numeric(15, 3)")
