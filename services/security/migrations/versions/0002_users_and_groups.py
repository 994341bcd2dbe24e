"""Users, groups with their grants and members, sessions, and the epoch of the permission table."""

from alembic import op

revision = "0002"
down_revision = "0001"

RUNTIME = "security_runtime"

_USERS_AND_GROUPS = (
    """
    CREATE TABLE user_account (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text COLLATE "C" NOT NULL,
        folded_name text COLLATE "C" NOT NULL CONSTRAINT user_account_folded_name_key UNIQUE,
        display_name text COLLATE "C" NOT NULL,
        folded_display_name text COLLATE "C" NOT NULL,
        active boolean NOT NULL,
        password_hash text,
        password_changed_at timestamptz,
        revision bigint NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT user_account_password_dated CHECK ((password_hash IS NULL) = (password_changed_at IS NULL))
    )
    """,
    # Who a name belongs to never changes: a new name is a new user.
    f"""
    GRANT UPDATE (display_name, folded_display_name, active, password_hash, password_changed_at, revision)
    ON user_account TO {RUNTIME}
    """,
    """
    CREATE TABLE security_group (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name text COLLATE "C" NOT NULL,
        folded_name text COLLATE "C" NOT NULL CONSTRAINT security_group_folded_name_key UNIQUE,
        description text COLLATE "C" NOT NULL,
        folded_description text COLLATE "C" NOT NULL,
        revision bigint NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    f"""
    GRANT UPDATE (name, folded_name, description, folded_description, revision), DELETE
    ON security_group TO {RUNTIME}
    """,
    """
    CREATE TABLE group_grant (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        group_id bigint NOT NULL REFERENCES security_group ON DELETE CASCADE,
        feature text COLLATE "C" NOT NULL,
        level text COLLATE "C" NOT NULL,
        branches text[] NOT NULL,
        customers text[] NOT NULL,
        ar_companies int[] NOT NULL,
        CONSTRAINT group_grant_level CHECK (level IN ('view', 'edit', 'approve', 'admin'))
    )
    """,
    "CREATE INDEX group_grant_group_id ON group_grant (group_id)",
    "CREATE INDEX group_grant_feature ON group_grant (feature)",
    f"GRANT DELETE ON group_grant TO {RUNTIME}",
    """
    CREATE TABLE group_member (
        group_id bigint NOT NULL REFERENCES security_group ON DELETE CASCADE,
        user_id bigint NOT NULL REFERENCES user_account,
        PRIMARY KEY (group_id, user_id)
    )
    """,
    "CREATE INDEX group_member_user_id ON group_member (user_id)",
    f"GRANT DELETE ON group_member TO {RUNTIME}",
)

_SESSIONS = (
    """
    CREATE TABLE session (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        user_id bigint NOT NULL REFERENCES user_account,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        ended_at timestamptz,
        end_reason text COLLATE "C",
        CONSTRAINT session_end_reason CHECK (
            end_reason IN ('logged_out', 'token_reused', 'deactivated', 'password_set')
        ),
        CONSTRAINT session_end_explained CHECK ((ended_at IS NULL) = (end_reason IS NULL))
    )
    """,
    "CREATE INDEX session_user_id ON session (user_id)",
    "CREATE INDEX session_expires_at ON session (expires_at)",
    f"GRANT UPDATE (ended_at, end_reason), DELETE ON session TO {RUNTIME}",
    # Only digests: whoever reads this table cannot log in with what it holds.
    """
    CREATE TABLE refresh_token (
        digest bytea PRIMARY KEY,
        session_id bigint NOT NULL REFERENCES session ON DELETE CASCADE,
        issued_at timestamptz NOT NULL,
        used_at timestamptz
    )
    """,
    # A session has one token that was not used yet, whatever happens at the same time.
    "CREATE UNIQUE INDEX refresh_token_current ON refresh_token (session_id) WHERE used_at IS NULL",
    "CREATE INDEX refresh_token_session_id ON refresh_token (session_id)",
    f"GRANT UPDATE (used_at) ON refresh_token TO {RUNTIME}",
)

_EPOCH = (
    """
    CREATE TABLE permission_epoch (
        only_row boolean PRIMARY KEY DEFAULT true,
        epoch bigint NOT NULL,
        CONSTRAINT permission_epoch_only_row CHECK (only_row)
    )
    """,
    "INSERT INTO permission_epoch (epoch) VALUES (1)",
    f"REVOKE INSERT ON permission_epoch FROM {RUNTIME}",
    f"GRANT UPDATE (epoch) ON permission_epoch TO {RUNTIME}",
)


def upgrade() -> None:
    for statement in (*_USERS_AND_GROUPS, *_SESSIONS, *_EPOCH):
        op.execute(statement)
