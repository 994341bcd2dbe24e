"""Changing permissions: one change at a time, always leaving an administrator, and announcing the new epoch."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.rules import permissions as rules
from services.security.rules.groups import Changer
from services.security.rules.permissions import require_administrator
from services.security.store import groups, members, permissions
from shared.contracts.permission_table import PermissionTable
from shared.contracts.permissions_changed import PermissionsChanged
from shared.events import outbox


@dataclass
class PermissionChange:
    """A change of permissions: `made` is set once anything in the permission table is different."""

    made: bool = False


@asynccontextmanager
async def changing_permissions(session: AsyncSession) -> AsyncIterator[PermissionChange]:
    """The block in which all changes of users, groups, grants and members must happen, completely.

    The lock on the epoch puts changes in one order. So epochs have the order of commits, and two changes cannot each
    remove the administrator that the other one relies on. The end of a block that leaves none raises LastAdministrator.
    """
    await permissions.lock_epoch(session)
    before = await permissions.find_administrators(session)
    change = PermissionChange()
    yield change
    if change.made:
        require_administrator(before, await permissions.find_administrators(session))
        await outbox.append(session, PermissionsChanged(epoch=await permissions.raise_epoch(session)))


async def find_changer(session: AsyncSession, user_id: int | None) -> Changer:
    """The user who is about to change groups. Call it inside `changing_permissions`, or the facts may be outdated."""
    return Changer(user_id, frozenset() if user_id is None else await members.find_group_ids(session, user_id))


async def read_permission_table(session: AsyncSession, known_epoch: int | None) -> PermissionTable | None:
    """A consistent permission table, or None if the caller has it already. It must be the transaction's first read."""
    await permissions.read_as_one(session)
    epoch = await permissions.read_epoch(session)
    if epoch == known_epoch:
        return None
    return rules.permission_table(
        epoch,
        await permissions.fetch_active_users(session),
        await permissions.fetch_group_names(session),
        await groups.fetch_grants(session),
    )
