"""Batches are found by status and creator, and findings by entry."""

from alembic import op

revision = "0033"
down_revision = "0032"

_INDEXES = (
    "batch_status ON batch (status, id)",
    "batch_created_by ON batch (lower(created_by), id)",
    "batch_finding_seq ON batch_finding (batch_id, seq)",
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for index in _INDEXES:
            op.execute(f"CREATE INDEX CONCURRENTLY {index}")
