"""Owns the rows of groups and their grants."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.rules.groups import Group, GroupDraft, GroupFilter, GroupName
from services.security.rules.names import fold
from services.security.rules.permissions import GroupGrant
from shared.access.grants import Grant, Level, Limits
from shared.database.pages import PageQuery, Sorting, Where, fetch_count, fetch_page
from shared.database.statements import columns, execute, fetch_all, fetch_one

_COLUMNS = """
    security_group.id, security_group.name, security_group.description, security_group.revision,
    security_group.created_at,
    (SELECT count(*) FROM group_member WHERE group_member.group_id = security_group.id) AS member_count
"""
_SORTING = Sorting(
    fields={"name": ("security_group.folded_name", "text"), "created_at": ("security_group.created_at", "timestamptz")},
    default="name",
    key="security_group.id",
)


@dataclass(frozen=True)
class _GroupRow:
    id: int
    name: str
    description: str
    revision: int
    member_count: int
    created_at: datetime


@dataclass(frozen=True)
class _GrantRow:
    group_id: int
    group_name: str
    feature: str
    level: str
    branches: list[str]
    customers: list[str]
    ar_companies: list[int]

    def to_group_grant(self) -> GroupGrant:
        limits = Limits(frozenset(self.branches), frozenset(self.customers), frozenset(self.ar_companies))
        return GroupGrant(GroupName(self.group_id, self.group_name), Grant(self.feature, Level.of(self.level), limits))


def _where(wanted: GroupFilter) -> Where:
    return (
        Where()
        .add("security_group.folded_name = :name", name=None if wanted.name is None else fold(wanted.name))
        .add(
            """EXISTS (SELECT FROM group_grant
                WHERE group_grant.group_id = security_group.id AND group_grant.feature = :feature)""",
            feature=wanted.feature,
        )
        .add(
            """(position(:search IN security_group.folded_name) > 0
                OR position(:search IN security_group.folded_description) > 0)""",
            search=None if wanted.search is None else fold(wanted.search),
        )
    )


async def fetch_grants(
    session: AsyncSession, *, group_ids: Sequence[int] | None = None, of_user: int | None = None
) -> list[GroupGrant]:
    """The grants of these groups, or of the groups of one user, or of all; in the order in which they were given."""
    found = await fetch_all(
        session,
        _GrantRow,
        """
        SELECT group_id, security_group.name AS group_name, feature, level, branches, customers, ar_companies
        FROM group_grant JOIN security_group ON security_group.id = group_grant.group_id
        WHERE (CAST(:group_ids AS bigint[]) IS NULL OR group_id = ANY(CAST(:group_ids AS bigint[])))
          AND (CAST(:of_user AS bigint) IS NULL
               OR EXISTS (SELECT FROM group_member
                          WHERE group_member.group_id = group_grant.group_id AND user_id = :of_user))
        ORDER BY group_grant.id
        """,
        group_ids=None if group_ids is None else list(group_ids),
        of_user=of_user,
    )
    return [row.to_group_grant() for row in found]


async def _with_grants(session: AsyncSession, rows: Sequence[_GroupRow]) -> list[Group]:
    by_group: dict[int, list[Grant]] = {}
    for one in await fetch_grants(session, group_ids=[row.id for row in rows]):
        by_group.setdefault(one.group.id, []).append(one.grant)
    return [Group(**asdict(row), grants=tuple(by_group.get(row.id, ()))) for row in rows]


async def list_groups(session: AsyncSession, wanted: GroupFilter, query: PageQuery) -> tuple[list[Group], str | None]:
    """One page and the cursor of the next; all that fit when the query has no limit."""
    rows, next_cursor = await fetch_page(
        session,
        _GroupRow,
        columns=_COLUMNS,
        source="security_group",
        where=_where(wanted),
        sorting=_SORTING,
        query=query,
    )
    return await _with_grants(session, rows), next_cursor


async def count_groups(session: AsyncSession, wanted: GroupFilter) -> int:
    return await fetch_count(session, "security_group", _where(wanted))


async def find_group(session: AsyncSession, group_id: int) -> Group | None:
    row = await fetch_one(
        session, _GroupRow, f"SELECT {_COLUMNS} FROM security_group WHERE id = :group_id", group_id=group_id
    )
    return None if row is None else (await _with_grants(session, [row]))[0]


async def find_named(session: AsyncSession, names: Collection[str]) -> dict[str, Group]:
    """The groups of these names, by folded name."""
    rows = await fetch_all(
        session,
        _GroupRow,
        f"SELECT {_COLUMNS} FROM security_group WHERE folded_name = ANY(CAST(:folded_names AS text[]))",
        folded_names=[fold(name) for name in names],
    )
    return {fold(group.name): group for group in await _with_grants(session, rows)}


async def find_names_by_id(session: AsyncSession, group_ids: Collection[int]) -> list[GroupName]:
    return await fetch_all(
        session,
        GroupName,
        "SELECT id, name FROM security_group WHERE id = ANY(CAST(:group_ids AS bigint[])) ORDER BY name",
        group_ids=list(group_ids),
    )


async def insert_groups(session: AsyncSession, drafts: Sequence[GroupDraft], now: datetime) -> dict[str, int]:
    """Makes the groups with their grants; returns their ids by folded name."""
    made = await fetch_all(
        session,
        GroupName,
        """
        INSERT INTO security_group (name, folded_name, description, folded_description, created_at)
        SELECT name, folded_name, description, folded_description, :now
        FROM unnest(
            CAST(:name AS text[]), CAST(:folded_name AS text[]),
            CAST(:description AS text[]), CAST(:folded_description AS text[])
        ) AS draft (name, folded_name, description, folded_description)
        RETURNING id, name
        """,
        now=now,
        **_folded_columns(drafts),
    )
    ids = {fold(group.name): group.id for group in made}
    await _insert_grants(session, {ids[fold(draft.name)]: draft.grants for draft in drafts})
    return ids


async def replace_groups(session: AsyncSession, drafts: Mapping[int, GroupDraft]) -> None:
    """Gives groups, by id, another name, description and grants."""
    await execute(
        session,
        """
        UPDATE security_group
        SET name = draft.name, folded_name = draft.folded_name, description = draft.description,
            folded_description = draft.folded_description, revision = revision + 1
        FROM unnest(
            CAST(:id AS bigint[]), CAST(:name AS text[]), CAST(:folded_name AS text[]),
            CAST(:description AS text[]), CAST(:folded_description AS text[])
        ) AS draft (id, name, folded_name, description, folded_description)
        WHERE security_group.id = draft.id
        """,
        id=list(drafts),
        **_folded_columns(list(drafts.values())),
    )
    await execute(session, "DELETE FROM group_grant WHERE group_id = ANY(CAST(:ids AS bigint[]))", ids=list(drafts))
    await _insert_grants(session, {group_id: draft.grants for group_id, draft in drafts.items()})


def _folded_columns(drafts: Sequence[GroupDraft]) -> dict[str, list[str]]:
    return {
        **columns(drafts, "name", "description"),
        "folded_name": [fold(draft.name) for draft in drafts],
        "folded_description": [fold(draft.description) for draft in drafts],
    }


async def _insert_grants(session: AsyncSession, grants: Mapping[int, Sequence[Grant]]) -> None:
    rows = [
        {
            "group_id": group_id,
            "feature": grant.feature,
            "level": grant.level.word,
            "branches": sorted(grant.limits.branches),
            "customers": sorted(grant.limits.customers),
            "ar_companies": sorted(grant.limits.ar_companies),
        }
        for group_id, of_group in grants.items()
        for grant in of_group
    ]
    # As JSON, because unnest takes lists of one length only and limits are lists themselves.
    await execute(
        session,
        """
        INSERT INTO group_grant (group_id, feature, level, branches, customers, ar_companies)
        SELECT group_id, feature, level, branches, customers, ar_companies
        FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS granted (
            group_id bigint, feature text, level text, branches text[], customers text[], ar_companies int[]
        )
        """,
        rows=json.dumps(rows),
    )


async def delete_group(session: AsyncSession, group_id: int) -> None:
    """Deletes the group; its grants and memberships go with it."""
    await execute(session, "DELETE FROM security_group WHERE id = :group_id", group_id=group_id)
