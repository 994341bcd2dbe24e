"""Owns loading groups and their grants from a file, all of it or nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions.permissions import changing_permissions, find_changer
from services.security.rules.features import Features
from services.security.rules.group_import import GrantRow, GroupImport, find_group_faults, plan_group_import
from services.security.rules.groups import GroupDraft, require_others_groups
from services.security.rules.names import fold
from services.security.store import groups
from shared.tables import refuse_import


async def import_groups(
    session: AsyncSession, rows: Sequence[GrantRow], *, features: Features, changer_id: int | None, now: datetime
) -> GroupImport:
    """Makes the groups in the file that are new, and replaces the grants of the others; members stay.

    A known group keeps the spelling of its name, and its description when the file gives none.
    Raises ImportRefused, OwnGroup, LastAdministrator.
    """
    refuse_import(find_group_faults(rows, features))
    drafts = plan_group_import(rows)
    async with changing_permissions(session) as change:
        known = await groups.find_named(session, [draft.name for draft in drafts])
        require_others_groups(await find_changer(session, changer_id), known.values())
        new = [draft for draft in drafts if fold(draft.name) not in known]
        await groups.insert_groups(session, new, now)
        replaced: dict[int, GroupDraft] = {}
        for draft in drafts:
            if group := known.get(fold(draft.name)):
                replaced[group.id] = replace(draft, name=group.name, description=draft.description or group.description)
        await groups.replace_groups(session, replaced)
        change.made = bool(drafts)
    return GroupImport(created=len(new), replaced=len(replaced))
