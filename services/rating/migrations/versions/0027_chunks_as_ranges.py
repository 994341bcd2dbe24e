"""A chunk of an export is a range of the invoices of its run, so that sending changes no invoice."""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.execute("ALTER TABLE export_chunk ADD first_invoice_id bigint, ADD last_invoice_id bigint")
