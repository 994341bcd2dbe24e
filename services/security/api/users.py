"""Owns users over HTTP. Users belong to no branch, customer or company, so a caller's limits do not narrow them."""

from typing import Annotated

from fastapi import Query, Response

from services.security.actions import users as actions
from services.security.actions.me import describe_access
from services.security.api.dependencies import AdministersGroups, ChangerId
from services.security.errors import (
    AdministratorProtected,
    LastAdministrator,
    OwnGroup,
    PasswordUnfit,
    ServiceAccountOnly,
    UserExists,
)
from services.security.records.names import fold
from services.security.records.users import NewUser, User, UserChange, UserDraft, UserRow
from services.security.rules.me import UserAccess
from services.security.rules.permissions import USERS
from services.security.rules.users import UserFilter, UserImport
from services.security.schemas.users import NewPassword
from shared.access import declared
from shared.access.grants import Level
from shared.errors import Forbidden, ImportRefused, NotFound, VersionMissing, VersionStale
from shared.files.csv import read_csv
from shared.http.etag import ExpectedVersion, tagged
from shared.http.files import CSV_REQUEST, CSV_RESPONSE, CsvBody, table_answer
from shared.http.imports import Check, taken_back
from shared.http.moment import Now
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.values.fields import field_names
from shared.values.numbers import Id

router = Router("users")


@router.get(
    "",
    access=declared.feature(USERS, Level.VIEW),
    response_model=Page[User, Count],
    responses=CSV_RESPONSE,
    summary="List users",
)
async def list_users(
    session: Transaction, wanted: Annotated[UserFilter, Query()], query: PageQueryOf
) -> Page[User, Count] | Response:
    """One page of the users that fit; as text/csv all of them, in the form that can be imported again.

    Sorted by `name`, `display_name` or `created_at`.
    """
    found, cursor, count = await actions.list_users(session, wanted, query)
    if query.media_type is not None:
        return table_answer(query.media_type, "users", field_names(UserRow), found)
    return Page(items=found, next_cursor=cursor, totals=Count(count=count))


@router.post(
    "",
    access=declared.feature(USERS, Level.EDIT),
    refuses=[UserExists],
    status_code=201,
    summary="Make a user",
)
async def create_user(body: NewUser, response: Response, session: Transaction, now: Now) -> User:
    """Makes a user in no group and without a local password."""
    return tagged(response, await actions.create_user(session, UserDraft(**dict(body)), now))


@router.post(
    "/import",
    access=declared.feature(USERS, Level.ADMIN),
    refuses=[ImportRefused, OwnGroup, LastAdministrator],
    openapi_extra=CSV_REQUEST,
    summary="Load users from a file",
)
async def import_users(
    content: CsvBody,
    session: Transaction,
    changer_id: ChangerId,
    *,
    administers: AdministersGroups,
    now: Now,
    check: Check = False,
) -> UserImport:
    """Loads a file with the columns name, display_name, active, groups (separated by semicolons) and kind.

    The whole file or nothing. A row makes a new user or changes the one of that name; groups that it names become
    exactly the user's groups, which takes `security.groups` at admin as well.
    """
    file = read_csv(content, UserRow, key=lambda row: fold(row.name))
    if not administers and any(one.row.groups for one in file):
        raise Forbidden("This file changes who is in which group, which needs security.groups at level admin.")
    async with taken_back(session, check=check):
        return await actions.import_users(session, file, changer_id, now)


@router.get(
    "/{user_id}",
    access=declared.feature(USERS, Level.VIEW),
    refuses=[NotFound],
    summary="Read a user",
)
async def read_user(user_id: Id, response: Response, session: Transaction) -> User:
    """The user with his groups. The ETag counts changes of his own fields; groups are changed at the groups."""
    return tagged(response, await actions.get_user(session, user_id))


@router.get(
    "/{user_id}/access",
    access=declared.feature(USERS, Level.VIEW),
    refuses=[NotFound],
    summary="What a user may do, and why",
)
async def read_access(user_id: Id, session: Transaction) -> UserAccess:
    """Every feature that the user has, its level, its limits, and the groups because of which he has it."""
    return await describe_access(session, user_id)


@router.patch(
    "/{user_id}",
    access=declared.feature(USERS, Level.EDIT),
    refuses=[NotFound, VersionMissing, VersionStale, LastAdministrator],
    summary="Change a user",
)
async def change_user(
    user_id: Id, body: UserChange, expected: ExpectedVersion, *, response: Response, session: Transaction, now: Now
) -> User:
    """Changes display name or active flag. Who is deactivated can do nothing any more and is logged out everywhere."""
    return tagged(response, await actions.change_user(session, user_id, expected, body, now))


@router.put(
    "/{user_id}/password",
    access=declared.feature(USERS, Level.ADMIN),
    refuses=[NotFound, PasswordUnfit, AdministratorProtected, ServiceAccountOnly],
    status_code=204,
    summary="Set a local password",
)
async def set_password(
    user_id: Id, body: NewPassword, session: Transaction, *, administers: AdministersGroups, now: Now
) -> None:
    """Sets the password of 12 to 256 characters and logs the user out everywhere.

    The password of an administrator is set only by those who have `security.groups` at admin themselves.
    """
    await actions.set_password(session, user_id, body.password, by_administrator=administers, now=now)
