"""Lists of any length are written to files by a job."""

from alembic import op

from shared.events import ddl

revision = "0039"
down_revision = "0036"

RUNTIME = "receivables_runtime"


def upgrade() -> None:
    for statement in ddl.reports_v1(RUNTIME):
        op.execute(statement)
