"""A restored database is told from the one that it is a copy of, and its export runs from those of the same numbers."""

from alembic import op

from shared.events import ddl

revision = "0014"
down_revision = "0013"

RUNTIME = "rating_runtime"


def upgrade() -> None:
    # Runs that exist have none: the requests that were sent for them have none either.
    op.execute("ALTER TABLE export_run ADD run_uuid uuid")
    op.execute("ALTER TABLE export_run ALTER run_uuid SET DEFAULT gen_random_uuid()")
    # As it was handed over: an order that a credit has opened again may get another number.
    op.execute('ALTER TABLE export_order ADD number text COLLATE "C"')
    for statement in ddl.incarnation_v1("rating", RUNTIME):
        op.execute(statement)
