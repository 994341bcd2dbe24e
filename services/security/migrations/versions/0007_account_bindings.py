"""Which account of a directory or an identity provider a user's name belongs to, since its first log-in."""

from alembic import op

revision = "0007"
down_revision = "0006"

RUNTIME = "security_runtime"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE account_binding (
            user_id bigint NOT NULL REFERENCES user_account,
            source text COLLATE "C" NOT NULL,
            subject text COLLATE "C" NOT NULL,
            bound_at timestamptz NOT NULL,
            PRIMARY KEY (user_id, source),
            CONSTRAINT account_binding_source_subject UNIQUE (source, subject)
        )
        """
    )
    op.execute(f"GRANT DELETE ON account_binding TO {RUNTIME}")
