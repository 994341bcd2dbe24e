"""The epoch of the permission table, and what the table and its checks are read from."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.records.names import Named
from services.security.records.users import UserKind
from services.security.rules.permissions import GROUPS, ActiveUser
from shared.database.statements import execute, fetch_all, fetch_value, fetch_values


async def lock_epoch(session: AsyncSession) -> None:
    """Waits until nobody else is changing permissions, and makes others wait until this transaction ends."""
    await execute(session, "SELECT epoch FROM permission_epoch FOR UPDATE")


async def raise_epoch(session: AsyncSession) -> int:
    """Raises the epoch of the permission table, and returns the new one."""
    epoch: int = await fetch_value(session, "UPDATE permission_epoch SET epoch = epoch + 1 RETURNING epoch")
    return epoch


async def read_epoch(session: AsyncSession) -> int:
    """The epoch of the permission table."""
    epoch: int = await fetch_value(session, "SELECT epoch FROM permission_epoch")
    return epoch


async def read_as_one(session: AsyncSession) -> None:
    """Makes all reads of this transaction see the same state; must be called before the first one."""
    await execute(session, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


async def find_administrators(session: AsyncSession, kind: UserKind = "person") -> set[int]:
    """The active people or service accounts with `security.groups` at admin."""
    return set(
        await fetch_values(
            session,
            """
            SELECT DISTINCT group_member.user_id
            FROM group_grant
            JOIN group_member ON group_member.group_id = group_grant.group_id
            JOIN user_account ON user_account.id = group_member.user_id
            WHERE group_grant.feature = :feature AND group_grant.level = 'admin' AND user_account.active
                AND user_account.kind = :of_kind
            """,
            feature=GROUPS,
            of_kind=kind,
        )
    )


async def fetch_active_users(session: AsyncSession) -> list[ActiveUser]:
    """Every active user with the ids of their groups."""
    return await fetch_all(
        session,
        ActiveUser,
        """
        SELECT id, name,
               ARRAY(SELECT group_id FROM group_member WHERE user_id = user_account.id ORDER BY group_id) AS group_ids
        FROM user_account WHERE active ORDER BY id
        """,
    )


async def fetch_group_names(session: AsyncSession) -> list[Named]:
    """Every group by name."""
    return await fetch_all(session, Named, "SELECT id, name FROM security_group ORDER BY id")
