"""Who changed a user or a group last and when, and every change of it."""

from alembic import op

from shared.events import ddl

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    for statement in ddl.record_changes_v1({"security_group": "revision", "user_account": "revision"}):
        op.execute(statement)
