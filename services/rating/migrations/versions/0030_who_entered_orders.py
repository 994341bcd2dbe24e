"""Orders say who entered or imported them. Those of the code before have no name."""

from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.execute("ALTER TABLE work_order ADD entered_by text, ADD imported boolean NOT NULL DEFAULT false")
