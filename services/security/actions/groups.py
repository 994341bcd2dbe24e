"""The use cases of groups and their members, one by one or from a file."""

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions.permissions import changing_permissions, find_changer
from services.security.actions.users import get_user
from services.security.errors import GrantRefused, GroupExists
from services.security.records.grants import GrantEntry
from services.security.records.groups import Group, GroupDraft, GroupEntry, GroupRow
from services.security.rules.features import Features
from services.security.rules.groups import (
    GroupComparison,
    GroupFilter,
    compare_grants,
    complete_limits,
    find_grant_faults,
    find_group_faults,
    find_unknown_features,
    plan_group_import,
    require_others_groups,
)
from services.security.store import groups, members
from shared.audit import history
from shared.audit.changes import FieldChange, HistoryStep, changes_between
from shared.audit.history import Noted
from shared.database.pages import PageQuery
from shared.errors import Fault, NotFound
from shared.files.changes import Outcome
from shared.files.csv import TableFile
from shared.values.fields import parts_of
from shared.values.names import fold
from shared.values.partly import PartlyRead
from shared.values.versions import require_version

KIND = "security_group"


async def list_groups(
    session: AsyncSession, wanted: GroupFilter, query: PageQuery
) -> tuple[list[Group], str | None, int | None]:
    """One page of groups, the cursor of the next page, and how many groups match."""
    found, next_cursor = await groups.list_groups(session, wanted, query)
    return found, next_cursor, await groups.count_groups(session, wanted) if query.totals else None


async def get_group(session: AsyncSession, group_id: int) -> Group:
    """Returns the group; raises NotFound."""
    group = await groups.find_group(session, group_id)
    if group is None:
        raise NotFound(f"There is no group {group_id}.")
    return group


def _require_grants(draft: GroupDraft, features: Features) -> None:
    faults = find_grant_faults(draft.grants, features)
    if faults:
        raise GrantRefused(
            f"The grants cannot be saved: {'; '.join(dict.fromkeys(fault.detail for fault in faults))}.",
            faults=[Fault(f"/grants/{fault.position}/{fault.field}", fault.detail) for fault in faults],
        )


async def find_unknown(_session: AsyncSession, read: PartlyRead) -> list[tuple[str, str]]:
    """The faults of grants in a body that is invalid in other fields, by JSON pointer; its facts are the features.

    Of an invalid grant, only its feature is looked up.
    """
    grants, features = read.value.grants or (), read.facts
    valid = [position for position in range(len(grants)) if read.is_valid(f"/grants/{position}")]
    found = [(valid[fault.position], fault) for fault in find_grant_faults([grants[each] for each in valid], features)]
    for position, grant in enumerate(grants):
        if position not in valid and grant.feature is not None:
            unlimited = GrantEntry.model_construct(feature=grant.feature, level="view")
            found += [(position, fault) for fault in find_grant_faults([unlimited], features)]
    return [(f"/grants/{position}/{fault.field}", fault.detail) for position, fault in sorted(found, key=itemgetter(0))]


async def _require_free_name(session: AsyncSession, name: str, *, except_for: int | None = None) -> None:
    taken = (await groups.find_named(session, [name])).get(fold(name))
    if taken is not None and taken.id != except_for:
        raise GroupExists(f"Group {taken.name} already exists. Choose another name.")


async def create_group(session: AsyncSession, draft: GroupDraft, features: Features, now: datetime) -> Group:
    """Creates a group without members; raises GrantRefused or GroupExists."""
    _require_grants(draft, features)
    async with changing_permissions(session) as change:
        await _require_free_name(session, draft.name)
        made = await groups.insert_groups(session, [draft], now)
        await history.note(session, KIND, [Noted(history.key_of(group_id), "created") for group_id in made.values()])
        change.made = True
    return await get_group(session, *made.values())


async def copy_group(
    session: AsyncSession, group_id: int, entry: GroupEntry, features: Features, now: datetime
) -> Group:
    """Creates a group with the grants of another, but not its members; raises NotFound, GrantRefused or GroupExists."""
    source = await get_group(session, group_id)
    description = entry.description or source.description
    draft = GroupDraft(name=entry.name, description=description, grants=source.grants)
    return await create_group(session, draft, features, now)


async def compare_groups(session: AsyncSession, first_id: int, second_id: int) -> GroupComparison:
    """Compares the grants of two groups; raises NotFound."""
    first, second = await get_group(session, first_id), await get_group(session, second_id)
    return GroupComparison(first.named, second.named, compare_grants(first.grants, second.grants))


async def replace_group(
    session: AsyncSession,
    group_id: int,
    expected: int,
    draft: GroupDraft,
    *,
    features: Features,
    changer_id: int | None,
) -> Group:
    """Replaces the name, description and grants of a group; its members stay.

    Raises NotFound, VersionStale, GrantRefused, GroupExists, OwnGroup or LastAdministrator.
    """
    _require_grants(draft, features)
    async with changing_permissions(session) as change:
        group = await get_group(session, group_id)
        require_others_groups(await find_changer(session, changer_id), [group.named])
        require_version(group.revision, expected, f"Group {group.name}")
        await _require_free_name(session, draft.name, except_for=group_id)
        await groups.replace_groups(session, {group_id: draft})
        await _note_changes(session, [(group, draft)])
        change.made = True
    return await get_group(session, group_id)


async def delete_group(session: AsyncSession, group_id: int, expected: int, *, changer_id: int | None) -> None:
    """Deletes a group; its members lose its grants.

    Raises NotFound, VersionStale, OwnGroup or LastAdministrator.
    """
    async with changing_permissions(session) as change:
        group = await get_group(session, group_id)
        require_others_groups(await find_changer(session, changer_id), [group.named])
        require_version(group.revision, expected, f"Group {group.name}")
        await groups.delete_group(session, group_id)
        await history.note_one(session, KIND, history.key_of(group_id), "removed")
        change.made = True


async def list_history(
    session: AsyncSession, group_id: int, query: PageQuery
) -> tuple[list[HistoryStep], str | None, int | None]:
    """One page of what was done with a group, newest first, the next cursor, and the number of steps; raises NotFound."""
    await get_group(session, group_id)
    return await history.list_steps(session, KIND, history.key_of(group_id), query)


async def _note_changes(session: AsyncSession, pairs: Sequence[tuple[Group, GroupDraft]]) -> None:
    noted = [
        Noted(
            history.key_of(before.id),
            "changed",
            changes_between(
                parts_of(before, GroupDraft),
                parts_of(after, GroupDraft),
                parts={"grants": ("feature", "branches", "customers", "ar_companies")},
            ),
        )
        for before, after in pairs
    ]
    await history.note(session, KIND, noted)


async def add_member(session: AsyncSession, group_id: int, user_id: int, *, changer_id: int | None) -> None:
    """Adds a user to a group; repeating it changes nothing. Raises NotFound or OwnGroup."""
    await _change_member(session, group_id, user_id, joins=True, changer_id=changer_id)


async def remove_member(session: AsyncSession, group_id: int, user_id: int, *, changer_id: int | None) -> None:
    """Removes a user from a group; repeating it changes nothing. Raises NotFound, OwnGroup or LastAdministrator."""
    await _change_member(session, group_id, user_id, joins=False, changer_id=changer_id)


async def _change_member(
    session: AsyncSession, group_id: int, user_id: int, *, joins: bool, changer_id: int | None
) -> None:
    async with changing_permissions(session) as change:
        group = await get_group(session, group_id)
        user = await get_user(session, user_id)
        require_others_groups(await find_changer(session, changer_id), [group.named], [user_id])
        store = members.add_member if joins else members.remove_member
        change.made = await store(session, group_id, user_id)
        if change.made:
            await members.count_change_of(session, [group_id])
            member = FieldChange(
                field="members", before=None if joins else user.name, after=user.name if joins else None
            )
            action = "member_added" if joins else "member_removed"
            await history.note_one(session, KIND, history.key_of(group_id), action, [member])


async def import_groups(
    session: AsyncSession,
    file: TableFile[GroupRow],
    *,
    features: Features,
    changer_id: int | None,
    now: datetime,
) -> Outcome:
    """Creates the new groups in the file and replaces the grants of the others; members stay.

    An existing group keeps the spelling of its name. A group that is as in the file already does not change, so anyone
    may import it. Raises ImportRefused, OwnGroup or LastAdministrator.
    """
    async with changing_permissions(session) as change:
        known = await groups.find_named(session, {numbered.row.group for numbered in file.rows})
        rows, faults = complete_limits(file, known)
        unknown = find_unknown_features(file.invalid, features)
        file.refuse([*faults, *unknown], find_group_faults(rows, features))
        plan = plan_group_import(rows, file.columns, known)
        changed = [known[fold(draft.name)].named for draft in plan.replaced.values()]
        require_others_groups(await find_changer(session, changer_id), changed)
        made = await groups.insert_groups(session, plan.new, now)
        await history.note(session, KIND, [Noted(history.key_of(group_id), "imported") for group_id in made.values()])
        await groups.replace_groups(session, plan.replaced)
        await _note_changes(session, [(known[fold(draft.name)], draft) for draft in plan.replaced.values()])
        change.made = bool(plan.new or plan.replaced)
    return plan.outcome
