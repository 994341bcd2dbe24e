"""Memberships: list them, and import them from a file."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions.permissions import changing_permissions, find_changer
from services.security.records.users import User
from services.security.rules.groups import require_others_groups
from services.security.rules.members import (
    Member,
    MemberFilter,
    MemberPlan,
    MemberRow,
    count_member_import,
    find_member_faults,
    plan_members,
)
from services.security.store import groups, members, users
from shared.database.pages import PageQuery
from shared.files.changes import Outcome
from shared.files.csv import TableFile


async def list_members(
    session: AsyncSession, wanted: MemberFilter, query: PageQuery
) -> tuple[list[Member], str | None, int | None]:
    """One page of memberships, the cursor of the next page, and how many memberships match."""
    found, next_cursor = await members.list_members(session, wanted, query)
    return found, next_cursor, await members.count_members(session, wanted) if query.totals else None


async def import_members(session: AsyncSession, file: TableFile[MemberRow], changer_id: int | None) -> Outcome:
    """Makes the members of every group in the file exactly those in the file, unless it has no column for users.

    Raises ImportRefused for unknown groups and users, OwnGroup or LastAdministrator.
    """
    rows = [numbered.row for numbered in file.rows]
    async with changing_permissions(session) as change:
        entered = [numbered.row for numbered in file.all_rows]
        named = await groups.find_names(session, {row.group for row in entered if row.group is not None})
        known = await users.find_named(session, [row.user for row in entered if row.user is not None])
        file.refuse(find_member_faults(file.all_rows, named, known))
        present = await members.find_members(session, "group", [group.id for group in named.values()])
        plan = plan_members(rows, named, present) if "user" in file.columns else MemberPlan((), ())
        await change_members(session, plan, known, changer_id)
        change.made = bool(plan.joining or plan.leaving)
    return count_member_import(file.rows, named, present, plan, known)


async def change_members(
    session: AsyncSession, plan: MemberPlan, known: Mapping[str, User], changer_id: int | None
) -> None:
    """Adds users to groups and removes them; call it inside `changing_permissions`. Raises OwnGroup."""
    require_others_groups(
        await find_changer(session, changer_id),
        await groups.find_names_by_id(session, plan.changed_group_ids),
        plan.changed_member_ids(known),
    )
    await members.remove_members(session, plan.leaving)
    await members.add_members(session, plan.joining)
    await members.count_change_of(session, plan.changed_group_ids)
    await members.note_changes(session, plan.joining, plan.leaving)
