"""Links with which a user chooses a password once, made by an administrator."""

from alembic import op

revision = "0017"
down_revision = "0016"

RUNTIME = "security_runtime"

_STATEMENTS = (
    """
    CREATE TABLE password_link (
        digest bytea PRIMARY KEY,
        user_id bigint NOT NULL REFERENCES user_account,
        expires_at timestamptz NOT NULL
    )
    """,
    # A new link replaces the one before.
    "CREATE UNIQUE INDEX password_link_user_id ON password_link (user_id)",
    f"GRANT UPDATE (digest, expires_at), DELETE ON password_link TO {RUNTIME}",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
