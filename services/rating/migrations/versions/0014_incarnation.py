"""A restored database is told from the one that it is a copy of."""

from alembic import op

from shared.events import ddl

revision = "0014"
down_revision = "0013"

RUNTIME = "rating_runtime"


def upgrade() -> None:
    for statement in ddl.incarnation_v1("rating", RUNTIME):
        op.execute(statement)
