"""What waits for somebody is counted, and numbers are found by their beginning, without reading everything else."""

from alembic import op

revision = "0034"
down_revision = "0033"

_INDEXES = (
    "batch_number ON batch (number, id)",
    "contract_number ON contract (number)",
    "contract_words ON contract USING gin (description gin_trgm_ops)",
    "customer_with_limit ON customer (id) INCLUDE (credit_limit) WHERE credit_limit IS NOT NULL",
    "invoice_email_failed ON invoice_email (id) WHERE status = 'failed'",
)


def upgrade() -> None:
    with op.get_context().autocommit_block():
        for index in _INDEXES:
            op.execute(f"CREATE INDEX CONCURRENTLY {index}")
