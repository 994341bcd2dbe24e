"""What each user has set for themselves, such as the columns of their lists."""

from alembic import op

revision = "0016"
down_revision = "0015"

RUNTIME = "security_runtime"

_STATEMENTS = (
    """
    CREATE TABLE preference (
        user_id bigint NOT NULL REFERENCES user_account,
        key text COLLATE "C" NOT NULL,
        value jsonb NOT NULL,
        revision bigint NOT NULL DEFAULT 1,
        changed_at timestamptz NOT NULL,
        PRIMARY KEY (user_id, key)
    )
    """,
    f"GRANT UPDATE (value, revision, changed_at), DELETE ON preference TO {RUNTIME}",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
