"""Old events are found and deleted without reading the others."""

from alembic import op

from shared.events import ddl

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(ddl.published_v1())
