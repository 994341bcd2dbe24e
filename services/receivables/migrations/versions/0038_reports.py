"""Lists of any length are written to files by a job."""

from alembic import op

from shared.events import ddl

revision = "0038"
down_revision = "0037"

RUNTIME = "receivables_runtime"


def upgrade() -> None:
    for statement in ddl.reports_v1(RUNTIME):
        op.execute(statement)
