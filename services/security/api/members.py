"""Owns who is in which group over HTTP."""

from services.security.actions import groups as actions
from services.security.api.wiring import CallerId
from services.security.errors import LastAdministrator, OwnGroup
from services.security.rules.permissions import GROUPS
from shared import access
from shared.access import Level
from shared.database import Transaction
from shared.errors import NotFound
from shared.numbers import Id
from shared.operation import Router

members = Router("groups")


@members.put(
    "/{group_id}/members/{user_id}",
    access=access.feature(GROUPS, Level.ADMIN),
    refuses=[NotFound, OwnGroup],
    status_code=204,
    summary="Put a user into a group",
)
async def add_member(group_id: Id, user_id: Id, session: Transaction, caller_id: CallerId) -> None:
    """The user has what the group gives within a second. Done again, it changes nothing."""
    await actions.add_member(session, group_id, user_id, changer_id=caller_id)


@members.delete(
    "/{group_id}/members/{user_id}",
    access=access.feature(GROUPS, Level.ADMIN),
    refuses=[NotFound, OwnGroup, LastAdministrator],
    status_code=204,
    summary="Take a user out of a group",
)
async def remove_member(group_id: Id, user_id: Id, session: Transaction, caller_id: CallerId) -> None:
    """The user loses what the group gave within a second. Done again, it changes nothing."""
    await actions.remove_member(session, group_id, user_id, changer_id=caller_id)
