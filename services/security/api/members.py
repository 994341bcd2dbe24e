"""Memberships of groups over HTTP."""

from operator import attrgetter
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
from shared.files.changes import Outcome
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
)
async def list_members(
    session: Transaction, filters: Annotated[MemberFilter, Query()], page: PageQueryOf
) -> Page[Member, Count] | Response:
    """Sorted by `group` or `user`. CSV and XLSX contain all memberships that match and use the import format."""
    found, cursor, count = await list_actions.list_members(session, filters, page)
    if page.media_type is not None:
        return table_answer(page.media_type, "members", field_names(MemberRow), found)
    return Page(items=found, next_cursor=cursor, totals=Count.of(count))


@router.imports(
    "/import",
    access=declared.feature(GROUPS, Level.ADMIN),
    refuses=[ImportRefused, OwnGroup, LastAdministrator],
)
async def import_members(content: CsvBody, session: Transaction, changer_id: ChangerId) -> Outcome:
    """The columns are group and user. The members of every group in the file become exactly those in the file.

    A group with an empty user loses all its members; a file without the column user changes none. The answer counts
    groups. If any row has an error, nothing is imported.
    """
    file = await read_csv(content, MemberRow, key=attrgetter("key"))
    return await list_actions.import_members(session, file, changer_id)


@of_groups.put(
    "/{group_id}/members/{user_id}",
    access=declared.feature(GROUPS, Level.ADMIN),
    refuses=[NotFound, OwnGroup],
    status_code=204,
)
async def add_member(group_id: Id, user_id: Id, session: Transaction, changer_id: ChangerId) -> None:
    """The user gets the group's rights within a second. Repeating it changes nothing."""
    await actions.add_member(session, group_id, user_id, changer_id=changer_id)


@of_groups.delete(
    "/{group_id}/members/{user_id}",
    access=declared.feature(GROUPS, Level.ADMIN),
    refuses=[NotFound, OwnGroup, LastAdministrator],
    status_code=204,
)
async def remove_member(group_id: Id, user_id: Id, session: Transaction, changer_id: ChangerId) -> None:
    """The user loses the group's rights within a second. Repeating it changes nothing."""
    await actions.remove_member(session, group_id, user_id, changer_id=changer_id)
