"""Two customers of a company cannot differ only by the case of their numbers."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("CREATE UNIQUE INDEX CONCURRENTLY customer_number_folded ON customer (ar_company, number_key)")
