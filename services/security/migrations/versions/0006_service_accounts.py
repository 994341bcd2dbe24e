"""Accounts of other systems, with credentials of their own; refusals by the limit are counted, a row a minute."""

from alembic import op

revision = "0006"
down_revision = "0005"

RUNTIME = "security_runtime"

_STATEMENTS = (
    """
    ALTER TABLE user_account ADD COLUMN kind text COLLATE "C" NOT NULL DEFAULT 'person'
        CONSTRAINT user_account_kind CHECK (kind IN ('person', 'service'))
    """,
    # A service account never logs in as a person does.
    """
    ALTER TABLE user_account ADD CONSTRAINT user_account_service_has_no_password
        CHECK (kind = 'person' OR password_hash IS NULL)
    """,
    """
    CREATE TABLE service_credential (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        user_id bigint NOT NULL REFERENCES user_account,
        secret_hash text NOT NULL,
        created_at timestamptz NOT NULL,
        last_used_at timestamptz,
        revoked_at timestamptz
    )
    """,
    "CREATE INDEX service_credential_user_id ON service_credential (user_id)",
    f"GRANT UPDATE (last_used_at, revoked_at) ON service_credential TO {RUNTIME}",
    # Either the account or the address is named, by whichever the limit was reached.
    """
    CREATE TABLE limited_log_in (
        minute timestamptz NOT NULL,
        operation text COLLATE "C" NOT NULL,
        folded_name text COLLATE "C" NOT NULL,
        address text COLLATE "C" NOT NULL,
        count bigint NOT NULL,
        PRIMARY KEY (minute, operation, folded_name, address)
    )
    """,
    f"GRANT UPDATE (count), DELETE ON limited_log_in TO {RUNTIME}",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
