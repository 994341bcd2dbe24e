"""A password that somebody else has set is only good for choosing another one."""

from alembic import op

revision = "0013"
down_revision = "0012"

RUNTIME = "security_runtime"


def upgrade() -> None:
    op.execute("ALTER TABLE user_account ADD must_change_password boolean NOT NULL DEFAULT false")
    op.execute(f"GRANT UPDATE (must_change_password) ON user_account TO {RUNTIME}")
