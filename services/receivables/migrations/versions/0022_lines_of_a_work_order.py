"""The invoices of a work order are found by its number."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(
            """
            CREATE INDEX CONCURRENTLY ar_line_work_order_number ON ar_line (work_order_number)
            WHERE work_order_number IS NOT NULL
            """
        )
