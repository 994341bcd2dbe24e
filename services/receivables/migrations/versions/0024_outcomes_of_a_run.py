"""The hand-overs of an export run are found by its number."""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY export_outcome_run ON export_outcome (run_id)")
