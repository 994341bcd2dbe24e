"""The audit: who did what, sealed one after the other."""

from alembic import op

from shared.events import ddl

revision = "0008"
down_revision = "0007"

RUNTIME = "receivables_runtime"


def upgrade() -> None:
    for statement in ddl.audit_v1(RUNTIME):
        op.execute(statement)
