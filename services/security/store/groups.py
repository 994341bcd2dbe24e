"""The rows of groups and their grants."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.models import metadata
from services.security.records.grants import GrantEntry, GroupGrant, grant_in
from services.security.records.groups import Group, GroupDraft
from services.security.records.names import Named
from services.security.rules.groups import GroupFilter
from services.security.store.rows import folded, given
from shared.database.columns import column_types
from shared.database.pages import PageQuery, Sorting, Where, fetch_count, fetch_page
from shared.database.statements import execute, fetch_all, fetch_one
from shared.values.names import fold

_WRITTEN = ("name", "folded_name", "description", "folded_description")
_COLUMNS = """
    security_group.id, security_group.name, security_group.description, security_group.revision,
    security_group.created_at, security_group.changed_by, security_group.changed_at,
    (SELECT count(*) FROM group_member WHERE group_member.group_id = security_group.id) AS member_count
"""
SORTING = Sorting(
    fields={"name": ("security_group.folded_name", "text"), "created_at": ("security_group.created_at", "timestamptz")},
    default="name",
    key="security_group.id",
)
_GRANT = {name: kind for name, kind in column_types(metadata.tables["group_grant"]).items() if name != "id"}


class _GrantRow(GrantEntry):
    group_id: int
    group_name: str

    def to_group_grant(self) -> GroupGrant:
        return GroupGrant.model_construct(
            group=Named(self.group_id, self.group_name),
            feature=self.feature,
            level=self.level,
            branches=tuple(self.branches),
            customers=tuple(self.customers),
            ar_companies=tuple(self.ar_companies),
        )


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
    """The grants of these groups, or of the groups of one user, or of all groups, in the order of creation."""
    found = await fetch_all(
        session,
        _GrantRow,
        f"""
        SELECT {", ".join(_GRANT)}, security_group.name AS group_name
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


async def _with_grants(session: AsyncSession, groups: Sequence[Group]) -> list[Group]:
    by_group: dict[int, list[GrantEntry]] = {}
    for grant in await fetch_grants(session, group_ids=[group.id for group in groups]):
        by_group.setdefault(grant.group.id, []).append(grant_in(grant))
    return [group.model_copy(update={"grants": tuple(by_group.get(group.id, ()))}) for group in groups]


async def list_groups(session: AsyncSession, wanted: GroupFilter, query: PageQuery) -> tuple[list[Group], str | None]:
    """One page and the cursor of the next; without a limit, all that match."""
    groups, next_cursor = await fetch_page(
        session,
        Group,
        columns=_COLUMNS,
        source="security_group",
        where=_where(wanted),
        sorting=SORTING,
        query=query,
    )
    return await _with_grants(session, groups), next_cursor


async def count_groups(session: AsyncSession, wanted: GroupFilter) -> int:
    """How many groups match."""
    return await fetch_count(session, "security_group", _where(wanted))


async def find_group(session: AsyncSession, group_id: int) -> Group | None:
    """The group with its grants, or None."""
    group = await fetch_one(
        session, Group, f"SELECT {_COLUMNS} FROM security_group WHERE id = :group_id", group_id=group_id
    )
    return None if group is None else (await _with_grants(session, [group]))[0]


async def find_named(session: AsyncSession, names: Collection[str]) -> dict[str, Group]:
    """The groups with these names, by folded name."""
    found = await fetch_all(
        session,
        Group,
        f"SELECT {_COLUMNS} FROM security_group WHERE folded_name = ANY(CAST(:folded_names AS text[]))",
        folded_names=[fold(name) for name in names],
    )
    return {fold(group.name): group for group in await _with_grants(session, found)}


async def find_names(session: AsyncSession, names: Collection[str]) -> dict[str, Named]:
    """The groups with these names, without their grants, by folded name."""
    found = await fetch_all(
        session,
        Named,
        "SELECT id, name FROM security_group WHERE folded_name = ANY(CAST(:folded_names AS text[]))",
        folded_names=[fold(name) for name in names],
    )
    return {fold(group.name): group for group in found}


async def find_names_by_id(session: AsyncSession, group_ids: Collection[int]) -> list[Named]:
    """The names of these groups, sorted; ids that do not exist are left out."""
    return await fetch_all(
        session,
        Named,
        "SELECT id, name FROM security_group WHERE id = ANY(CAST(:group_ids AS bigint[])) ORDER BY name",
        group_ids=list(group_ids),
    )


async def insert_groups(session: AsyncSession, drafts: Sequence[GroupDraft], now: datetime) -> dict[str, int]:
    """Creates the groups with their grants; returns their ids by folded name."""
    names = ", ".join(_WRITTEN)
    made = await fetch_all(
        session,
        Named,
        f"""
        INSERT INTO security_group ({names}, created_at) SELECT {names}, :now FROM {given("security_group", _WRITTEN)}
        RETURNING id, name
        """,
        now=now,
        **folded(drafts, "name", "description"),
    )
    ids = {fold(group.name): group.id for group in made}
    await _insert_grants(session, {ids[fold(draft.name)]: draft.grants for draft in drafts})
    return ids


async def replace_groups(session: AsyncSession, drafts: Mapping[int, GroupDraft]) -> None:
    """Replaces the name, description and grants of groups, which are by id."""
    await execute(
        session,
        f"""
        UPDATE security_group
        SET {", ".join(f"{name} = given.{name}" for name in _WRITTEN)}, revision = revision + 1
        FROM {given("security_group", ("id", *_WRITTEN))} WHERE security_group.id = given.id
        """,
        id=list(drafts),
        **folded(list(drafts.values()), "name", "description"),
    )
    await execute(session, "DELETE FROM group_grant WHERE group_id = ANY(CAST(:ids AS bigint[]))", ids=list(drafts))
    await _insert_grants(session, {group_id: draft.grants for group_id, draft in drafts.items()})


async def _insert_grants(session: AsyncSession, grants: Mapping[int, Sequence[GrantEntry]]) -> None:
    rows = [{"group_id": group_id, **grant.model_dump()} for group_id, of_group in grants.items() for grant in of_group]
    # As JSON, because unnest needs lists of the same length, and limits are lists themselves.
    names = ", ".join(_GRANT)
    await execute(
        session,
        f"""
        INSERT INTO group_grant ({names}) SELECT {names} FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS granted ({", ".join(f"{name} {kind}" for name, kind in _GRANT.items())})
        """,
        rows=json.dumps(rows),
    )


async def delete_group(session: AsyncSession, group_id: int) -> None:
    """Deletes the group with its grants and memberships."""
    await execute(session, "DELETE FROM security_group WHERE id = :group_id", group_id=group_id)
