"""Numbers of orders and names of billing items have a key in which they are compared."""

from alembic import op

from shared.database.name_keys import number_key_v1

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    for statement in number_key_v1("work_order"):
        op.execute(statement)
    op.execute('ALTER TABLE billing_item ADD name_key text COLLATE "C"')
