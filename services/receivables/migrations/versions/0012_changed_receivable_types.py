"""An invoice that is changed may get another receivable type: what it takes back keeps the AR account that it was posted to."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute('ALTER TABLE ar_line ADD ar_account text COLLATE "C"')
