"""Exported invoices may wait in a batch for review: a run may fill several batches of a month."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("DROP INDEX batch_rating_run")
    op.execute("CREATE INDEX batch_rating_run ON batch (ar_company, month, run_id) WHERE source = 'rating'")
