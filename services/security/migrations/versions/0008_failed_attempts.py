"""An attempt to log in says whether it failed, or is still being checked."""

from alembic import op

revision = "0008"
down_revision = "0007"

RUNTIME = "security_runtime"


def upgrade() -> None:
    op.execute("ALTER TABLE log_in_attempt ADD failed boolean NOT NULL DEFAULT false")
    op.execute(f"GRANT UPDATE (failed) ON log_in_attempt TO {RUNTIME}")
