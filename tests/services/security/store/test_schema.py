"""The runtime role may do only what it must."""

import asyncpg
import pytest

from shared.database.pool import Database


@pytest.mark.parametrize(
    "forbidden",
    [
        "UPDATE user_account SET name = 'ALAMO\\other'",
        "UPDATE user_account SET folded_name = 'alamo\\other'",
        "DELETE FROM user_account",
        "UPDATE group_grant SET level = 'admin'",
        "UPDATE group_member SET user_id = 1",
        "UPDATE session SET expires_at = expires_at + interval '1 day'",
        "UPDATE session SET user_id = 1",
        "UPDATE refresh_token SET session_id = 1",
        "UPDATE refresh_token SET digest = ''",
        "DELETE FROM refresh_token",
        "DELETE FROM permission_epoch",
        "INSERT INTO permission_epoch (epoch) VALUES (7)",
        "UPDATE permission_epoch SET only_row = true",
        "UPDATE user_account SET kind = 'person'",
        "UPDATE account_binding SET subject = 'x'",
        "UPDATE service_credential SET secret_hash = 'x'",
        "UPDATE service_credential SET user_id = 1",
        "DELETE FROM service_credential",
        "UPDATE limited_log_in SET minute = now()",
        "TRUNCATE session CASCADE",
        "DROP TABLE group_grant",
        "ALTER TABLE group_grant DROP CONSTRAINT group_grant_level",
    ],
)
async def test_the_runtime_role_cannot(security_database: Database, forbidden: str) -> None:
    connection = await asyncpg.connect(security_database.url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(forbidden)
    await connection.close()


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (
            (
                "INSERT INTO user_account (name, folded_name, display_name, folded_display_name, active)"
                " SELECT 'ALAMO\\Ana', 'alamo\\ana', 'Ana', 'ana', true FROM generate_series(1, 2)"
            ),
            "user_account_folded_name_key",
        ),
        (
            (
                "INSERT INTO user_account (name, folded_name, display_name, folded_display_name, active, password_hash)"
                " VALUES ('ALAMO\\Ana', 'alamo\\ana', 'Ana', 'ana', true, 'x')"
            ),
            "user_account_password_dated",
        ),
        (
            (
                "INSERT INTO user_account (kind, name, folded_name, display_name, folded_display_name, active,"
                " password_hash, password_changed_at)"
                " VALUES ('service', 'ALAMO\\erp', 'alamo\\erp', 'ERP', 'erp', true, 'x', now())"
            ),
            "user_account_service_has_no_password",
        ),
        (
            (
                "WITH made AS (INSERT INTO user_account (name, folded_name, display_name, folded_display_name, active)"
                " SELECT 'ALAMO\\u' || n, 'alamo\\u' || n, 'U', 'u', true FROM generate_series(1, 2) AS n RETURNING id)"
                " INSERT INTO account_binding (user_id, source, subject, bound_at)"
                " SELECT id, 'directory', 'S-1-5-18', now() FROM made"
            ),
            "account_binding_source_subject",
        ),
        (
            (
                "WITH made AS (INSERT INTO security_group (name, folded_name, description, folded_description)"
                " VALUES ('Proof', 'proof', '', '') RETURNING id)"
                " INSERT INTO group_grant (group_id, feature, level, branches, customers, ar_companies)"
                " SELECT id, 'rating.orders', 'none', '{}', '{}', '{}' FROM made"
            ),
            "group_grant_level",
        ),
    ],
)
async def test_the_tables_refuse_invalid_rows(security_database: Database, statement: str, constraint: str) -> None:
    connection = await asyncpg.connect(security_database.url)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
        await connection.execute(statement)
    assert refused.value.constraint_name == constraint
    await connection.close()


async def test_a_session_has_one_current_token(security_database: Database) -> None:
    connection = await asyncpg.connect(security_database.url)
    await connection.execute(
        """
        WITH account AS (
            INSERT INTO user_account (name, folded_name, display_name, folded_display_name, active)
            VALUES ('ALAMO\\Ana', 'alamo\\ana', 'Ana', 'ana', true) RETURNING id
        )
        INSERT INTO session (user_id, created_at, expires_at) SELECT id, now(), now() FROM account
        """
    )
    insert = "INSERT INTO refresh_token (digest, session_id, issued_at) SELECT $1, id, now() FROM session"
    await connection.execute(insert, b"first")
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute(insert, b"second")
    await connection.close()
