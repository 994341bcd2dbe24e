"""The memberships of groups."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.records.names import Named
from services.security.rules.members import Joining, Leaving, Member, MemberFilter
from shared.database.pages import PageQuery, Sorting, Where, fetch_count, fetch_page
from shared.database.statements import columns, execute, fetch_all, fetch_values

_COLUMNS = """
    group_member.group_id, security_group.name AS group_name, group_member.user_id, user_account.name AS user_name
"""
_SOURCE = """
    group_member JOIN security_group ON security_group.id = group_member.group_id
    JOIN user_account ON user_account.id = group_member.user_id
"""
SORTING = Sorting(
    fields={
        "group": ("security_group.folded_name || chr(1) || user_account.folded_name", "text"),
        "user": ("user_account.folded_name || chr(1) || security_group.folded_name", "text"),
    },
    default="group",
    key="group_member.group_id || '/' || group_member.user_id",
    key_type="text",
)


@dataclass(frozen=True)
class _MemberRow:
    group_id: int
    group_name: str
    user_id: int
    user_name: str

    def to_member(self) -> Member:
        return Member(Named(self.group_id, self.group_name), Named(self.user_id, self.user_name))


async def find_group_ids(session: AsyncSession, user_id: int) -> frozenset[int]:
    """The ids of the groups that a user is in."""
    return frozenset(
        await fetch_values(session, "SELECT group_id FROM group_member WHERE user_id = :user_id", user_id=user_id)
    )


async def add_member(session: AsyncSession, group_id: int, user_id: int) -> bool:
    """Adds a user to a group; returns whether this changed anything."""
    added = await execute(
        session,
        "INSERT INTO group_member (group_id, user_id) VALUES (:group_id, :user_id) ON CONFLICT DO NOTHING",
        group_id=group_id,
        user_id=user_id,
    )
    return added == 1


async def remove_member(session: AsyncSession, group_id: int, user_id: int) -> bool:
    """Removes a user from a group; returns whether this changed anything."""
    removed = await execute(
        session,
        "DELETE FROM group_member WHERE group_id = :group_id AND user_id = :user_id",
        group_id=group_id,
        user_id=user_id,
    )
    return removed == 1


async def add_members(session: AsyncSession, joining: Sequence[Joining]) -> None:
    """Adds many users to groups in one statement."""
    await execute(
        session,
        """
        INSERT INTO group_member (group_id, user_id)
        SELECT joining.group_id, user_account.id
        FROM unnest(CAST(:folded_name AS text[]), CAST(:group_id AS bigint[])) AS joining (folded_name, group_id)
        JOIN user_account ON user_account.folded_name = joining.folded_name
        """,
        **columns(joining, "folded_name", "group_id"),
    )


async def remove_members(session: AsyncSession, leaving: Sequence[Leaving]) -> None:
    """Removes many users from groups in one statement."""
    await execute(
        session,
        """
        DELETE FROM group_member
        USING unnest(CAST(:user_id AS bigint[]), CAST(:group_id AS bigint[])) AS leaving (user_id, group_id)
        WHERE group_member.user_id = leaving.user_id AND group_member.group_id = leaving.group_id
        """,
        **columns(leaving, "user_id", "group_id"),
    )


async def count_change_of(session: AsyncSession, group_ids: Collection[int]) -> None:
    """Increments the revision of groups whose members changed, so that anyone who read them must read them again."""
    await execute(
        session,
        "UPDATE security_group SET revision = revision + 1 WHERE id = ANY(CAST(:group_ids AS bigint[]))",
        group_ids=list(group_ids),
    )


def _where(wanted: MemberFilter) -> Where:
    return (
        Where()
        .add("group_member.group_id = :group_id", group_id=wanted.group)
        .add("group_member.user_id = :user_id", user_id=wanted.user)
    )


async def list_members(
    session: AsyncSession, wanted: MemberFilter, query: PageQuery
) -> tuple[list[Member], str | None]:
    """One page and the cursor of the next; without a limit, all that match."""
    rows, next_cursor = await fetch_page(
        session, _MemberRow, columns=_COLUMNS, source=_SOURCE, where=_where(wanted), sorting=SORTING, query=query
    )
    return [row.to_member() for row in rows], next_cursor


async def count_members(session: AsyncSession, wanted: MemberFilter) -> int:
    """How many memberships match."""
    return await fetch_count(session, _SOURCE, _where(wanted))


async def find_members(session: AsyncSession, of: Literal["group", "user"], ids: Collection[int]) -> list[Member]:
    """The memberships of any of these groups or users, sorted by the name of the group."""
    found = await fetch_all(
        session,
        _MemberRow,
        f"""
        SELECT {_COLUMNS} FROM {_SOURCE} WHERE group_member.{of}_id = ANY(CAST(:ids AS bigint[]))
        ORDER BY security_group.name
        """,
        ids=list(ids),
    )
    return [row.to_member() for row in found]


async def note_changes(session: AsyncSession, joining: Sequence[Joining], leaving: Sequence[Leaving]) -> None:
    """Adds the members who joined and left to the history of their groups, in one statement."""
    await execute(
        session,
        """
        INSERT INTO record_change (kind, key, action, changes, note)
        SELECT 'security_group', group_id, CASE WHEN joined THEN 'member_added' ELSE 'member_removed' END,
               jsonb_build_array(jsonb_build_object('field', 'members', 'from', CASE WHEN NOT joined THEN name END,
                                                    'to', CASE WHEN joined THEN name END)), ''
        FROM (
            SELECT j.group_id, u.name, true AS joined
            FROM unnest(CAST(:joining AS text[]), CAST(:joined_groups AS bigint[])) AS j (folded_name, group_id)
            JOIN user_account u ON u.folded_name = j.folded_name
            UNION ALL
            SELECT l.group_id, u.name, false
            FROM unnest(CAST(:leaving AS bigint[]), CAST(:left_groups AS bigint[])) AS l (user_id, group_id)
            JOIN user_account u ON u.id = l.user_id
        ) AS changed
        """,
        joining=[change.folded_name for change in joining],
        joined_groups=[change.group_id for change in joining],
        leaving=[change.user_id for change in leaving],
        left_groups=[change.group_id for change in leaving],
    )
