"""A restored database is told from the one that it is a copy of."""

from alembic import op

from shared.events import ddl

revision = "0009"
down_revision = "0008"

RUNTIME = "security_runtime"


def upgrade() -> None:
    for statement in ddl.incarnation_v1("security", RUNTIME):
        op.execute(statement)
