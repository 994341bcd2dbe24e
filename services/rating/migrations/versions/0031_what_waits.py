"""What waits is counted without reading everything else: failing orders, refused drafts, unfinished runs, runs of a clerk."""

from alembic import op

revision = "0031"
down_revision = "0030"

_INDEXES = (
    "order_estimate_refused ON order_estimate (why, work_order_id) WHERE why <> ''",
    "invoice_refused ON invoice (id) WHERE status = 'draft' AND attempt > 0",
    "rating_run_unfinished ON rating_run (id) WHERE finished_at IS NULL",
    "rating_run_requested_by ON rating_run (requested_by, id)",
    "export_run_requested_by ON export_run (requested_by, id)",
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for index in _INDEXES:
            op.execute(f"CREATE INDEX CONCURRENTLY {index}")
