"""The credentials of service accounts, stored as hashes."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.rules.service_accounts import Credential
from services.security.rules.tokens import ServiceLogIn
from shared.database.pages import PageQuery, Sorting, Where, fetch_list_count, fetch_page
from shared.database.statements import execute, fetch_one, fetch_value

SORTING = Sorting({"id": ("c.id", "bigint")}, default="-id", key="c.id")


async def list_credentials(
    session: AsyncSession, user_id: int, query: PageQuery
) -> tuple[list[Credential], str | None, int | None]:
    """One page of the credentials of an account, including revoked ones, the next cursor, and how many there are."""
    source, where = "service_credential c", Where().add("c.user_id = :user_id", user_id=user_id)
    columns = "c.id, c.created_at, c.last_used_at, c.revoked_at"
    found, cursor = await fetch_page(
        session, Credential, columns=columns, source=source, where=where, sorting=SORTING, query=query
    )
    return found, cursor, await fetch_list_count(session, source, where, query)


async def count_valid(session: AsyncSession, user_id: int) -> int:
    """The number of valid credentials of the account.

    It locks the account, so that two callers cannot both add the last.
    """
    await execute(session, "SELECT FROM user_account WHERE id = :user_id FOR NO KEY UPDATE", user_id=user_id)
    count: int = await fetch_value(
        session,
        "SELECT count(*) FROM service_credential WHERE user_id = :user_id AND revoked_at IS NULL",
        user_id=user_id,
    )
    return count


async def insert_credential(session: AsyncSession, user_id: int, secret_hash: str, now: datetime) -> int:
    """Adds a credential and returns its id."""
    made: int = await fetch_value(
        session,
        """
        INSERT INTO service_credential (user_id, secret_hash, created_at) VALUES (:user_id, :secret_hash, :now)
        RETURNING id
        """,
        user_id=user_id,
        secret_hash=secret_hash,
        now=now,
    )
    return made


async def revoke(session: AsyncSession, user_id: int, credential_id: int, now: datetime) -> bool:
    """Revokes a credential unless it is revoked already; returns whether the account has such a credential."""
    found = await execute(
        session,
        """
        UPDATE service_credential SET revoked_at = coalesce(revoked_at, :now)
        WHERE id = :id AND user_id = :user_id
        """,
        id=credential_id,
        user_id=user_id,
        now=now,
    )
    return found == 1


async def find_hash(session: AsyncSession, folded_name: str, credential_id: int) -> str | None:
    """The hash of a valid credential of the service account with this name, or None."""
    found: str | None = await fetch_value(
        session,
        """
        SELECT secret_hash
        FROM service_credential JOIN user_account ON user_account.id = service_credential.user_id
        WHERE service_credential.id = :id AND user_account.folded_name = :folded_name AND revoked_at IS NULL
          AND user_account.kind = 'service'
        """,
        id=credential_id,
        folded_name=folded_name,
    )
    return found


async def use(session: AsyncSession, credential_id: int, expires_at: datetime, now: datetime) -> ServiceLogIn | None:
    """Records the use of a credential; None if it was revoked or its account deactivated in the meantime."""
    return await fetch_one(
        session,
        ServiceLogIn,
        """
        UPDATE service_credential SET last_used_at = :now FROM user_account
        WHERE service_credential.id = :id AND revoked_at IS NULL
          AND user_account.id = service_credential.user_id AND user_account.active
        RETURNING service_credential.id AS credential_id, user_account.id AS user_id, user_account.name AS user_name,
                  CAST(:expires_at AS timestamptz) AS expires_at
        """,
        id=credential_id,
        expires_at=expires_at,
        now=now,
    )
