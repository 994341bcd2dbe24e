"""Sessions may be ended by their owner and by an administrator."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("ALTER TABLE session DROP CONSTRAINT session_end_reason")
    op.execute(
        """
        ALTER TABLE session ADD CONSTRAINT session_end_reason CHECK (
            end_reason IN ('logged_out', 'token_reused', 'deactivated', 'password_set', 'ended_by_owner',
                           'ended_by_administrator')
        )
        """
    )
