"""Owns who is in which group: listed, and loaded from a file, all of it or nothing."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions.permissions import changing_permissions, find_changer
from services.security.rules.groups import require_others_groups
from services.security.rules.members import Member, MemberFilter, MemberRow, find_member_faults, plan_members
from services.security.rules.names import fold
from services.security.store import groups, members, users
from shared.database.pages import PageQuery
from shared.files.csv import refuse_import


async def list_members(
    session: AsyncSession, wanted: MemberFilter, query: PageQuery
) -> tuple[list[Member], str | None, int]:
    """One page, the cursor of the next, and how many memberships there are on all pages."""
    found, next_cursor = await members.list_members(session, wanted, query)
    return found, next_cursor, await members.count_members(session, wanted)


async def import_members(session: AsyncSession, rows: Sequence[MemberRow], changer_id: int | None) -> None:
    """Makes the members of every group in the file exactly those in the file.

    Raises ImportRefused for groups and users that do not exist, OwnGroup, LastAdministrator.
    """
    async with changing_permissions(session) as change:
        named = await groups.find_named(session, {row.group for row in rows})
        known = await users.find_known(session, [fold(row.user) for row in rows if row.user is not None])
        refuse_import(find_member_faults(rows, named, known))
        plan = plan_members(rows, named, await members.find_members(session, [one.id for one in named.values()]))
        require_others_groups(
            await find_changer(session, changer_id),
            await groups.find_names_by_id(session, plan.changed_group_ids),
            plan.changed_member_ids(known),
        )
        await members.remove_members(session, plan.leaving)
        await members.add_members(session, plan.joining)
        await members.count_change_of(session, plan.changed_group_ids)
        change.made = bool(plan.joining or plan.leaving)
