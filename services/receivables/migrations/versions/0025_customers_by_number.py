"""Customers in filters and limits are found in any spelling and in any company, without reading all customers."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY customer_spelling ON customer (lower(number))")
