"""The rows of users."""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.models import metadata
from services.security.records.names import Named
from services.security.records.users import User, UserDraft
from services.security.rules.users import UserFilter
from services.security.store.members import find_members
from services.security.store.rows import folded, given
from shared.database.pages import PageQuery, Sorting, Where, fetch_count, fetch_page
from shared.database.statements import columns, execute, fetch_all, fetch_one, fetch_value
from shared.values.names import fold

_KEPT = [name for name in User.model_fields if name in metadata.tables["user_account"].columns]
_COLUMNS = f"{', '.join(_KEPT)}, password_hash IS NOT NULL AS has_password"
_WRITTEN = (*UserDraft.model_fields, "folded_name", "folded_display_name")
_CHANGED = ("display_name", "folded_display_name", "active")
SORTING = Sorting(
    fields={
        "name": ("user_account.folded_name", "text"),
        "display_name": ("user_account.folded_display_name", "text"),
        "created_at": ("user_account.created_at", "timestamptz"),
    },
    default="name",
    key="user_account.id",
)


_OF_NAME = "WHERE folded_name = :folded_name OR name = :name ORDER BY (name = :name) DESC LIMIT 1"
"""The user of a name. Older names that differ only by invisible characters are found by their exact spelling."""


def _named(name: str) -> dict[str, str]:
    return {"name": unicodedata.normalize("NFC", name).strip(), "folded_name": fold(name)}


@dataclass(frozen=True)
class _Made:
    id: int
    folded_name: str


@dataclass(frozen=True)
class Credentials:
    """The password hash that a log-in is checked against."""

    user_id: int
    password_hash: str = field(repr=False)
    must_change: bool


def _where(wanted: UserFilter) -> Where:
    return (
        Where()
        .add("user_account.folded_name = :folded_name", folded_name=None if wanted.name is None else fold(wanted.name))
        .add("user_account.active = :active", active=wanted.active)
        .add("user_account.kind = :of_kind", of_kind=wanted.kind)
        .add(
            """EXISTS (SELECT FROM group_member
                WHERE group_member.user_id = user_account.id AND group_member.group_id = :group_id)""",
            group_id=wanted.group,
        )
        .add(
            """(position(:search IN user_account.folded_name) > 0
                OR position(:search IN user_account.folded_display_name) > 0)""",
            search=None if wanted.search is None else fold(wanted.search),
        )
    )


async def _with_groups(session: AsyncSession, users: Sequence[User]) -> list[User]:
    by_user: dict[int, list[Named]] = {}
    for member in await find_members(session, "user", [user.id for user in users]):
        by_user.setdefault(member.user.id, []).append(member.group)
    return [user.model_copy(update={"groups": tuple(by_user.get(user.id, ()))}) for user in users]


async def list_users(session: AsyncSession, wanted: UserFilter, query: PageQuery) -> tuple[list[User], str | None]:
    """One page and the cursor of the next; without a limit, all that match."""
    users, next_cursor = await fetch_page(
        session, User, columns=_COLUMNS, source="user_account", where=_where(wanted), sorting=SORTING, query=query
    )
    return await _with_groups(session, users), next_cursor


async def count_users(session: AsyncSession, wanted: UserFilter) -> int:
    """How many users match."""
    return await fetch_count(session, "user_account", _where(wanted))


async def find_user(session: AsyncSession, user_id: int) -> User | None:
    """The user with their groups, or None."""
    user = await fetch_one(session, User, f"SELECT {_COLUMNS} FROM user_account WHERE id = :user_id", user_id=user_id)
    return None if user is None else (await _with_groups(session, [user]))[0]


async def find_named(session: AsyncSession, names: Collection[str]) -> dict[str, User]:
    """The users with these names, by folded name."""
    found = await fetch_all(
        session,
        User,
        f"SELECT {_COLUMNS} FROM user_account WHERE folded_name = ANY(CAST(:folded_names AS text[]))",
        folded_names=[fold(name) for name in names],
    )
    return {fold(user.name): user for user in await _with_groups(session, found)}


async def find_user_id(session: AsyncSession, name: str) -> int | None:
    """The id of the user of this name, or None."""
    user_id: int | None = await fetch_value(session, f"SELECT id FROM user_account {_OF_NAME}", **_named(name))
    return user_id


async def find_credentials(session: AsyncSession, name: str) -> Credentials | None:
    """The local credentials of the user with this name, active or not; None without such a user or a local password."""
    return await fetch_one(
        session,
        Credentials,
        f"""
        SELECT user_id, password_hash, must_change
        FROM (SELECT id AS user_id, password_hash, must_change_password AS must_change
              FROM user_account {_OF_NAME}) AS named
        WHERE password_hash IS NOT NULL
        """,
        **_named(name),
    )


async def insert_users(session: AsyncSession, drafts: Sequence[UserDraft], now: datetime) -> dict[str, int]:
    """Creates users in one statement; returns their ids by folded name."""
    names = ", ".join(_WRITTEN)
    made = await fetch_all(
        session,
        _Made,
        f"""
        INSERT INTO user_account ({names}, created_at) SELECT {names}, :now FROM {given("user_account", _WRITTEN)}
        RETURNING id, folded_name
        """,
        now=now,
        **folded(drafts, "name", "display_name"),
        **columns(drafts, "kind", "active"),
    )
    return {user.folded_name: user.id for user in made}


async def update_users(session: AsyncSession, changed: Sequence[User]) -> None:
    """Updates the display name and active flag of many users in one statement."""
    await execute(
        session,
        f"""
        UPDATE user_account
        SET {", ".join(f"{name} = given.{name}" for name in _CHANGED)}, revision = revision + 1
        FROM {given("user_account", ("id", *_CHANGED))} WHERE user_account.id = given.id
        """,
        **folded(changed, "display_name"),
        **columns(changed, "id", "active"),
    )


async def replace_password_hash(session: AsyncSession, known: Credentials, made: str, now: datetime) -> bool:
    """Stores the new hash of a password that the user has chosen, unless the account has changed or is not active.

    Returns whether it did.
    """
    changed = await execute(
        session,
        """
        UPDATE user_account
        SET password_hash = :made, password_changed_at = :now, must_change_password = false, revision = revision + 1
        WHERE id = :user_id AND password_hash = :known AND active
        """,
        user_id=known.user_id,
        known=known.password_hash,
        made=made,
        now=now,
    )
    return changed > 0


async def set_password_hash(
    session: AsyncSession, user_id: int, password_hash: str, now: datetime, *, must_change: bool
) -> None:
    """Stores a new password hash, when it was set, and whether the user must change it before anything else."""
    await execute(
        session,
        """
        UPDATE user_account
        SET password_hash = :password_hash, password_changed_at = :now, must_change_password = :must_change,
            revision = revision + 1
        WHERE id = :user_id
        """,
        user_id=user_id,
        password_hash=password_hash,
        must_change=must_change,
        now=now,
    )
