"""Owns users over HTTP. Users belong to no branch, customer or company, so a caller's limits do not narrow them."""

from typing import Annotated

from fastapi import Depends, Query, Response

from services.security.actions import users as actions
from services.security.actions.me import describe_access
from services.security.actions.users import import_users as import_rows
from services.security.api.dependencies import AdministersGroups, ChangerId, Now
from services.security.errors import (
    AdministratorProtected,
    LastAdministrator,
    OwnGroup,
    PasswordUnfit,
    ServiceAccountOnly,
    UserExists,
)
from services.security.rules.names import fold
from services.security.rules.permissions import USERS
from services.security.rules.users import User, UserFilter
from services.security.schemas.me import AccessAnswer, EffectiveFeatureAnswer
from services.security.schemas.users import (
    ChangedUser,
    NewPassword,
    NewUser,
    UserAnswer,
    UserImportAnswer,
    UserImportRow,
)
from services.security.schemas.words import KindWord, Words
from shared.access import declared
from shared.access.grants import Level
from shared.errors import Forbidden, ImportRefused, NotFound, VersionMissing, VersionStale
from shared.files.csv import read_csv
from shared.http.etag import ExpectedVersion, etag
from shared.http.files import CSV_REQUEST, CSV_RESPONSE, CsvBody, table_answer
from shared.http.imports import Check, taken_back
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("users")


def _filter(
    name: Annotated[Words | None, Query(description="The whole name, without regard to case.")] = None,
    *,
    active: bool | None = None,
    group: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="The id of a group they are in.")] = None,
    kind: KindWord | None = None,
    search: Annotated[Words | None, Query(description="Part of the name or the display name.")] = None,
) -> UserFilter:
    return UserFilter(name, active=active, group_id=group, kind=kind, search=search)


FilterOf = Annotated[UserFilter, Depends(_filter)]


def _answer(response: Response, user: User) -> UserAnswer:
    response.headers["etag"] = etag(user.revision)
    return UserAnswer.of(user)


@router.get(
    "",
    access=declared.feature(USERS, Level.VIEW),
    response_model=Page[UserAnswer, Count],
    responses=CSV_RESPONSE,
    summary="List users",
)
async def list_users(session: Transaction, wanted: FilterOf, query: PageQueryOf) -> Page[UserAnswer, Count] | Response:
    """One page of the users that fit; as text/csv all of them, in the form that can be imported again.

    Sorted by `name`, `display_name` or `created_at`.
    """
    found, next_cursor, count = await actions.list_users(session, wanted, query)
    if query.media_type is not None:
        return table_answer(
            query.media_type, "users", list(UserImportRow.model_fields), [UserImportRow.of(user) for user in found]
        )
    return Page(items=[UserAnswer.of(user) for user in found], next_cursor=next_cursor, totals=Count(count=count))


@router.post(
    "",
    access=declared.feature(USERS, Level.EDIT),
    refuses=[UserExists],
    response_model=UserAnswer,
    status_code=201,
    summary="Make a user",
)
async def create_user(body: NewUser, response: Response, session: Transaction, now: Now) -> UserAnswer:
    """Makes a user in no group and without a local password."""
    return _answer(response, await actions.create_user(session, body.to_draft(), now))


@router.post(
    "/import",
    access=declared.feature(USERS, Level.ADMIN),
    refuses=[ImportRefused, OwnGroup, LastAdministrator],
    response_model=UserImportAnswer,
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
) -> UserImportAnswer:
    """Loads a file with the columns name, display_name, active, groups (separated by semicolons) and kind.

    The whole file or nothing. A row makes a new user or changes the one of that name; groups that it names become
    exactly the user's groups, which takes `security.groups` at admin as well.
    """
    numbered = read_csv(content, UserImportRow, key=lambda row: fold(row.name))
    rows = [one.row.to_row(one.line) for one in numbered]
    if not administers and any(row.groups for row in rows):
        raise Forbidden("This file changes who is in which group, which needs security.groups at level admin.")
    async with taken_back(session, check=check):
        done = await import_rows(session, rows, changer_id, now)
    return UserImportAnswer(created=done.created, changed=done.changed, unchanged=done.unchanged)


@router.get(
    "/{user_id}",
    access=declared.feature(USERS, Level.VIEW),
    refuses=[NotFound],
    response_model=UserAnswer,
    summary="Read a user",
)
async def read_user(user_id: Id, response: Response, session: Transaction) -> UserAnswer:
    """The user with his groups. The ETag counts changes of his own fields; groups are changed at the groups."""
    return _answer(response, await actions.get_user(session, user_id))


@router.get(
    "/{user_id}/access",
    access=declared.feature(USERS, Level.VIEW),
    refuses=[NotFound],
    response_model=AccessAnswer,
    summary="What a user may do, and why",
)
async def read_access(user_id: Id, session: Transaction) -> AccessAnswer:
    """Every feature that the user has, its level, its limits, and the groups because of which he has it."""
    described = await describe_access(session, user_id)
    features = [EffectiveFeatureAnswer.of(feature) for feature in described.features]
    return AccessAnswer(user=described.user.name, active=described.user.active, features=features)


@router.patch(
    "/{user_id}",
    access=declared.feature(USERS, Level.EDIT),
    refuses=[NotFound, VersionMissing, VersionStale, LastAdministrator],
    response_model=UserAnswer,
    summary="Change a user",
)
async def change_user(
    user_id: Id, body: ChangedUser, expected: ExpectedVersion, *, response: Response, session: Transaction, now: Now
) -> UserAnswer:
    """Changes display name or active flag. Who is deactivated can do nothing any more and is logged out everywhere."""
    return _answer(response, await actions.change_user(session, user_id, expected, body.to_change(), now))


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
