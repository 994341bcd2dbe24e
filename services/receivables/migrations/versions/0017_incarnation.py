"""A restored database is told from the one that it is a copy of."""

from alembic import op

from shared.events import ddl

revision = "0017"
down_revision = "0016"

RUNTIME = "receivables_runtime"


def upgrade() -> None:
    for statement in ddl.incarnation_v1("receivables", RUNTIME):
        op.execute(statement)
