"""The audit: who did what, sealed one after the other."""

from alembic import op

from shared.events import ddl

revision = "0011"
down_revision = "0010"

RUNTIME = "rating_runtime"


def upgrade() -> None:
    for statement in ddl.audit_v1(RUNTIME):
        op.execute(statement)
