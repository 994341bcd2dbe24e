"""An exported invoice knows its id in receivables, so that a page of an order can link to it."""

from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.execute("ALTER TABLE invoice ADD ar_invoice_id bigint")
