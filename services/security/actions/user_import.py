"""Owns loading users and their groups from a file, all of it or nothing."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions.permissions import changing_permissions, find_changer
from services.security.rules.groups import require_others_groups
from services.security.rules.names import fold
from services.security.rules.sessions import EndReason
from services.security.rules.user_import import (
    UserImport,
    UserRow,
    count_user_import,
    find_other_kinds,
    find_unknown_groups,
    plan_user_import,
)
from services.security.store import groups, members, sessions, users
from shared.tables import refuse_import


async def import_users(
    session: AsyncSession, rows: Sequence[UserRow], changer_id: int | None, now: datetime
) -> UserImport:
    """Makes and changes the users in the file, in a fixed number of statements.

    Raises ImportRefused for groups that do not exist, OwnGroup, LastAdministrator.
    """
    async with changing_permissions(session) as change:
        named = await groups.find_named(session, {name for row in rows for name in row.groups})
        known = await users.find_known(session, [fold(row.name) for row in rows])
        refuse_import([*find_unknown_groups(rows, named), *find_other_kinds(rows, known)])
        plan = plan_user_import(rows, known, named)
        require_others_groups(
            await find_changer(session, changer_id),
            await groups.find_names_by_id(session, plan.changed_group_ids),
            plan.changed_member_ids(known),
        )
        await users.insert_users(session, plan.new, now)
        await users.update_users(session, plan.changed)
        await sessions.end_sessions_of(session, plan.deactivated, EndReason.DEACTIVATED, now)
        await members.remove_members(session, plan.leaving)
        await members.add_members(session, plan.joining)
        await members.count_change_of(session, plan.changed_group_ids)
        change.made = plan.changes_permissions
    return count_user_import(rows, known, plan)
