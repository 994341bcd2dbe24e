"""Who changed a user or a group last and when, and every change of it."""

from alembic import op

from shared.events import ddl

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    for statement in ddl.record_changes_v1():
        op.execute(statement)
    for table in ("security_group", "user_account"):
        for statement in ddl.last_change_v1(table):
            op.execute(statement)
