"""Owns the rows of users: found by name, listed, made and changed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.rules.names import fold
from services.security.rules.users import ChangedUser, KnownUser, User, UserDraft, UserFilter
from shared.database.pages import PageQuery, Sorting, Where, fetch_count, fetch_page
from shared.database.statements import columns, execute, fetch_all, fetch_one, fetch_value

_COLUMNS = """
    user_account.id, user_account.kind, user_account.name, user_account.display_name, user_account.active,
    user_account.password_hash IS NOT NULL AS has_password, user_account.password_changed_at,
    user_account.revision, user_account.created_at, membership.group_ids, membership.group_names
"""
_SOURCE = """
    user_account CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(security_group.id ORDER BY security_group.name), '{}') AS group_ids,
               coalesce(array_agg(security_group.name ORDER BY security_group.name), '{}') AS group_names
        FROM group_member JOIN security_group ON security_group.id = group_member.group_id
        WHERE group_member.user_id = user_account.id
    ) AS membership
"""
_SORTING = Sorting(
    fields={
        "name": ("user_account.folded_name", "text"),
        "display_name": ("user_account.folded_display_name", "text"),
        "created_at": ("user_account.created_at", "timestamptz"),
    },
    default="name",
    key="user_account.id",
)


@dataclass(frozen=True)
class _Made:
    id: int
    folded_name: str


@dataclass(frozen=True)
class Credentials:
    """What a log-in is checked against."""

    user_id: int
    password_hash: str = field(repr=False)


def _where(wanted: UserFilter) -> Where:
    return (
        Where()
        .add("user_account.folded_name = :folded_name", folded_name=None if wanted.name is None else fold(wanted.name))
        .add("user_account.active = :active", active=wanted.active)
        .add("user_account.kind = :of_kind", of_kind=wanted.kind)
        .add(
            """EXISTS (SELECT FROM group_member
                WHERE group_member.user_id = user_account.id AND group_member.group_id = :group_id)""",
            group_id=wanted.group_id,
        )
        .add(
            """(position(:search IN user_account.folded_name) > 0
                OR position(:search IN user_account.folded_display_name) > 0)""",
            search=None if wanted.search is None else fold(wanted.search),
        )
    )


async def list_users(session: AsyncSession, wanted: UserFilter, query: PageQuery) -> tuple[list[User], str | None]:
    """One page and the cursor of the next; all that fit when the query has no limit."""
    return await fetch_page(
        session, User, columns=_COLUMNS, source=_SOURCE, where=_where(wanted), sorting=_SORTING, query=query
    )


async def count_users(session: AsyncSession, wanted: UserFilter) -> int:
    return await fetch_count(session, "user_account", _where(wanted))


async def find_user(session: AsyncSession, user_id: int) -> User | None:
    return await fetch_one(
        session, User, f"SELECT {_COLUMNS} FROM {_SOURCE} WHERE user_account.id = :user_id", user_id=user_id
    )


async def find_user_id(session: AsyncSession, name: str) -> int | None:
    user_id: int | None = await fetch_value(
        session, "SELECT id FROM user_account WHERE folded_name = :folded_name", folded_name=fold(name)
    )
    return user_id


async def find_credentials(session: AsyncSession, name: str) -> Credentials | None:
    """What the user of this name logs in with, active or not; None when there is no such user or no password."""
    return await fetch_one(
        session,
        Credentials,
        """
        SELECT id AS user_id, password_hash FROM user_account
        WHERE folded_name = :folded_name AND password_hash IS NOT NULL
        """,
        folded_name=fold(name),
    )


async def find_known(session: AsyncSession, folded_names: Sequence[str]) -> dict[str, KnownUser]:
    """The users of these names, by folded name, with their groups."""
    found = await fetch_all(
        session,
        KnownUser,
        """
        SELECT id, folded_name, kind, display_name, active,
               ARRAY(SELECT group_id FROM group_member WHERE user_id = user_account.id ORDER BY group_id) AS group_ids
        FROM user_account WHERE folded_name = ANY(CAST(:folded_names AS text[]))
        """,
        folded_names=list(folded_names),
    )
    return {user.folded_name: user for user in found}


async def insert_users(session: AsyncSession, drafts: Sequence[UserDraft], now: datetime) -> dict[str, int]:
    """Makes the users, in one statement; returns their ids by folded name."""
    made = await fetch_all(
        session,
        _Made,
        """
        INSERT INTO user_account (kind, name, folded_name, display_name, folded_display_name, active, created_at)
        SELECT kind, name, folded_name, display_name, folded_display_name, active, :now
        FROM unnest(
            CAST(:kinds AS text[]), CAST(:name AS text[]), CAST(:folded_name AS text[]), CAST(:display_name AS text[]),
            CAST(:folded_display_name AS text[]), CAST(:active AS boolean[])
        ) AS draft (kind, name, folded_name, display_name, folded_display_name, active)
        RETURNING id, folded_name
        """,
        now=now,
        folded_name=[fold(draft.name) for draft in drafts],
        folded_display_name=[fold(draft.display_name) for draft in drafts],
        kinds=[draft.kind for draft in drafts],
        **columns(drafts, "name", "display_name", "active"),
    )
    return {user.folded_name: user.id for user in made}


async def update_users(session: AsyncSession, changed: Sequence[ChangedUser]) -> None:
    """Sets display name and active flag of many users, in one statement."""
    await execute(
        session,
        """
        UPDATE user_account
        SET display_name = changed.display_name, folded_display_name = changed.folded_display_name,
            active = changed.active, revision = revision + 1
        FROM unnest(
            CAST(:id AS bigint[]), CAST(:display_name AS text[]), CAST(:folded_display_name AS text[]),
            CAST(:active AS boolean[])
        ) AS changed (id, display_name, folded_display_name, active)
        WHERE user_account.id = changed.id
        """,
        folded_display_name=[fold(user.display_name) for user in changed],
        **columns(changed, "id", "display_name", "active"),
    )


async def set_password_hash(session: AsyncSession, user_id: int, password_hash: str, now: datetime) -> None:
    await execute(
        session,
        """
        UPDATE user_account
        SET password_hash = :password_hash, password_changed_at = :now, revision = revision + 1
        WHERE id = :user_id
        """,
        user_id=user_id,
        password_hash=password_hash,
        now=now,
    )
