"""Sessions say which device they were opened on, and from which address. Older ones do not know."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.execute("ALTER TABLE session ADD user_agent text, ADD address text")
