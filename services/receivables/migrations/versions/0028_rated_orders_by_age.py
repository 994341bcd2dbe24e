"""Rated orders that were billed long ago are found without reading the others."""

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY rated_order_rated_at ON rated_order (rated_at)")
