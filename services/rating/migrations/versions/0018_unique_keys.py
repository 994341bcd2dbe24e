"""Two orders or billing items cannot differ only by case or by characters that nobody sees."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("CREATE UNIQUE INDEX CONCURRENTLY work_order_number_folded ON work_order (number_key)")
        op.execute("CREATE UNIQUE INDEX CONCURRENTLY billing_item_name_folded ON billing_item (name_key)")
