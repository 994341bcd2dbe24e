"""Log-ins that were tried and have not succeeded, to limit how often they may be."""

from alembic import op

revision = "0005"
down_revision = "0004"

RUNTIME = "security_runtime"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE log_in_attempt (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            folded_name text COLLATE "C" NOT NULL,
            address text COLLATE "C" NOT NULL,
            at timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX log_in_attempt_folded_name ON log_in_attempt (folded_name, at)")
    op.execute("CREATE INDEX log_in_attempt_address ON log_in_attempt (address, at)")
    op.execute("CREATE INDEX log_in_attempt_at ON log_in_attempt (at)")
    op.execute(f"GRANT DELETE ON log_in_attempt TO {RUNTIME}")
