"""A restored database is told from the one that it is a copy of, and its export runs from those of the same numbers."""

from alembic import op

from shared.events import ddl

revision = "0017"
down_revision = "0016"

RUNTIME = "receivables_runtime"


def upgrade() -> None:
    # The random id that rating gave to each run: the same number may come again after a restore.
    op.execute("CREATE TABLE exported_run (run_id bigint PRIMARY KEY, run_uuid uuid NOT NULL)")
    for statement in ddl.incarnation_v1("receivables", RUNTIME):
        op.execute(statement)
