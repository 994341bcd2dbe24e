"""What is too old is deleted, and the audit is verified from where it was verified before."""

from alembic import op

from shared.events import ddl

revision = "0026"
down_revision = "0025"

RUNTIME = "rating_runtime"


def upgrade() -> None:
    for statement in ddl.retention_v1(RUNTIME):
        op.execute(statement)
    op.execute(f"GRANT DELETE ON rating_result TO {RUNTIME}")
