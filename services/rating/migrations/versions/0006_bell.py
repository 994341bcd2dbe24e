"""New runs ring the bell of the jobs that carry them on."""

from alembic import op

from shared.events import ddl

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    for statement in ddl.bell_v1("rating_run", "export_run"):
        op.execute(statement)
