"""What is too old is deleted, and the audit is verified from where it was verified before."""

from alembic import op

from shared.events import ddl

revision = "0012"
down_revision = "0011"

RUNTIME = "security_runtime"


def upgrade() -> None:
    for statement in ddl.retention_v1(RUNTIME):
        op.execute(statement)
