"""The customer of an order is found in any spelling, without reading all customers."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY customer_folded_number ON customer (ar_company, lower(number))")
