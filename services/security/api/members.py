"""Owns who is in which group over HTTP."""

from typing import Annotated

from fastapi import Query, Response

from services.security.actions import groups as actions
from services.security.actions import members as list_actions
from services.security.api.dependencies import ChangerId
from services.security.errors import LastAdministrator, OwnGroup
from services.security.rules.members import Member, MemberFilter, MemberRow
from services.security.rules.permissions import GROUPS
from shared.access import declared
from shared.access.grants import Level
from shared.errors import ImportRefused, NotFound
from shared.files.csv import read_csv
from shared.http.files import CSV_RESPONSE, CsvBody, table_answer
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.values.fields import field_names
from shared.values.numbers import Id

of_groups = Router("groups")
router = Router("members")


@router.get(
    "",
    access=declared.feature(GROUPS, Level.VIEW),
    response_model=Page[Member, Count],
    responses=CSV_RESPONSE,
    summary="List who is in which group",
)
async def list_members(
    session: Transaction, wanted: Annotated[MemberFilter, Query()], query: PageQueryOf
) -> Page[Member, Count] | Response:
    """One page, of one group or one user if asked for; as a file all of them, in the form that can be imported again.

    Sorted by `group` or `user`.
    """
    found, cursor, count = await list_actions.list_members(session, wanted, query)
    if query.media_type is not None:
        return table_answer(query.media_type, "members", field_names(MemberRow), found)
    return Page(items=found, next_cursor=cursor, totals=Count(count=count))


@router.imports(
    "/import",
    access=declared.feature(GROUPS, Level.ADMIN),
    refuses=[ImportRefused, OwnGroup, LastAdministrator],
    summary="Load who is in which group",
)
async def import_members(content: CsvBody, session: Transaction, changer_id: ChangerId) -> int:
    """Loads a file with the columns group and user, the whole or nothing.

    The members of every group in the file become exactly those in the file; a group without a user is emptied.
    """
    file = read_csv(content, MemberRow, key=lambda row: row.key)
    await list_actions.import_members(session, file, changer_id)
    return len(file)


@of_groups.put(
    "/{group_id}/members/{user_id}",
    access=declared.feature(GROUPS, Level.ADMIN),
    refuses=[NotFound, OwnGroup],
    status_code=204,
    summary="Put a user into a group",
)
async def add_member(group_id: Id, user_id: Id, session: Transaction, changer_id: ChangerId) -> None:
    """The user has what the group gives within a second. Done again, it changes nothing."""
    await actions.add_member(session, group_id, user_id, changer_id=changer_id)


@of_groups.delete(
    "/{group_id}/members/{user_id}",
    access=declared.feature(GROUPS, Level.ADMIN),
    refuses=[NotFound, OwnGroup, LastAdministrator],
    status_code=204,
    summary="Take a user out of a group",
)
async def remove_member(group_id: Id, user_id: Id, session: Transaction, changer_id: ChangerId) -> None:
    """The user loses what the group gave within a second. Done again, it changes nothing."""
    await actions.remove_member(session, group_id, user_id, changer_id=changer_id)
