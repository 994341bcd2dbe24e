"""Users over HTTP. A caller's limits do not apply, because users belong to no branch, customer or company."""

from typing import Annotated

from fastapi import Query, Response

from services.security.actions import users as actions
from services.security.actions.me import describe_access
from services.security.actions.password_links import PasswordLink, make_link
from services.security.api.dependencies import NOT_KEPT, AdministersGroups, ChangerId
from services.security.errors import (
    AdministratorProtected,
    LastAdministrator,
    OwnGroup,
    PasswordUnfit,
    ServiceAccountOnly,
    UserExists,
)
from services.security.records.users import NewUser, User, UserChange, UserDraft, UserRow
from services.security.rules.me import UserAccess
from services.security.rules.permissions import USERS
from services.security.rules.users import UserFilter, folded_name
from services.security.schemas.users import PasswordBody
from shared.access import declared
from shared.access.grants import Level
from shared.audit.changes import HistoryStep
from shared.errors import ImportRefused, NotFound, VersionMissing, VersionStale
from shared.files.changes import Outcome
from shared.files.csv import read_csv
from shared.http.etag import ExpectedVersion, Tagged, tagged
from shared.http.files import CSV_RESPONSE, CsvBody, table_answer
from shared.http.moment import Now
from shared.http.operation import Router
from shared.http.pages import Count, FixedPageQueryOf, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.values.fields import field_names
from shared.values.numbers import Id

router = Router("users")


@router.get(
    "",
    access=declared.feature(USERS, Level.VIEW),
    response_model=Page[User, Count],
    responses=CSV_RESPONSE,
)
async def list_users(
    session: Transaction, filters: Annotated[UserFilter, Query()], page: PageQueryOf
) -> Page[User, Count] | Response:
    """Sorted by `name`, `display_name` or `created_at`.

    CSV and XLSX contain all users that match and use the import format.
    """
    found, cursor, count = await actions.list_users(session, filters, page)
    if page.media_type is not None:
        return table_answer(page.media_type, "users", field_names(UserRow), found)
    return Page(items=found, next_cursor=cursor, totals=Count.of(count))


@router.post(
    "",
    access=declared.feature(USERS, Level.EDIT),
    refuses=[UserExists],
    status_code=201,
)
async def create_user(body: NewUser, response: Tagged, session: Transaction, now: Now) -> User:
    """The new user is in no group and has no local password."""
    return tagged(response, await actions.create_user(session, UserDraft(**dict(body)), now))


@router.imports(
    "/import",
    access=declared.feature(USERS, Level.ADMIN),
    refuses=[ImportRefused, OwnGroup, LastAdministrator],
)
async def import_users(
    content: CsvBody, session: Transaction, changer_id: ChangerId, *, administers: AdministersGroups, now: Now
) -> Outcome:
    """The columns are name, display_name, active, groups (separated by semicolons) and kind.

    A row creates a user or changes the one with that name in the columns that the file has. The groups in a row become
    exactly the user's groups, and none if the cell is empty; a change of groups also needs `security.groups` at admin.
    An empty `active` or `kind` changes nothing. If any row has an error, nothing is imported.
    """
    file = await read_csv(content, UserRow, key=folded_name)
    return await actions.import_users(session, file, changer_id, now, by_administrator=administers)


@router.get(
    "/{user_id}",
    access=declared.feature(USERS, Level.VIEW),
    refuses=[NotFound],
)
async def read_user(user_id: Id, response: Tagged, session: Transaction) -> User:
    """The user with their groups. The ETag covers the user's own fields; memberships are changed under /v1/groups."""
    return tagged(response, await actions.get_user(session, user_id))


@router.get(
    "/{user_id}/history",
    access=declared.feature(USERS, Level.VIEW),
    refuses=[NotFound],
)
async def read_user_history(user_id: Id, page: FixedPageQueryOf, session: Transaction) -> Page[HistoryStep, Count]:
    """Who did what with the user and when, newest first. Memberships are in the history of the groups."""
    steps, cursor, count = await actions.list_history(session, user_id, page)
    return Page(items=steps, next_cursor=cursor, totals=Count.of(count))


@router.get(
    "/{user_id}/access",
    access=declared.feature(USERS, Level.VIEW),
    refuses=[NotFound],
)
async def read_user_access(user_id: Id, session: Transaction) -> UserAccess:
    """What the user may do, and why: each feature with its level, its limits, and the groups that grant it."""
    return await describe_access(session, user_id)


@router.patch(
    "/{user_id}",
    access=declared.feature(USERS, Level.EDIT),
    refuses=[NotFound, VersionMissing, VersionStale, LastAdministrator],
)
async def change_user(
    user_id: Id, body: UserChange, expected: ExpectedVersion, *, response: Tagged, session: Transaction, now: Now
) -> User:
    """Changes the display name or the active flag. A deactivated user has no access and is logged out everywhere."""
    return tagged(response, await actions.change_user(session, user_id, expected, body, now))


@router.put(
    "/{user_id}/password",
    access=declared.feature(USERS, Level.ADMIN),
    refuses=[NotFound, PasswordUnfit, AdministratorProtected, ServiceAccountOnly],
    status_code=204,
)
async def set_password(
    user_id: Id, body: PasswordBody, session: Transaction, *, administers: AdministersGroups, now: Now
) -> None:
    """Sets a local password of 12 to 256 characters and logs the user out everywhere.

    Unless `must_change` is false, the user has to choose another one to log in (POST /v1/passwords).

    For an administrator, you need `security.groups` at admin yourself.
    """
    await actions.set_password(
        session, user_id, body.password, must_change=body.must_change, by_administrator=administers, now=now
    )


@router.post(
    "/{user_id}/password-links",
    access=declared.feature(USERS, Level.ADMIN),
    refuses=[NotFound, AdministratorProtected, ServiceAccountOnly],
    status_code=201,
    idempotent=False,
    dependencies=[NOT_KEPT],
)
async def make_password_link(
    user_id: Id, session: Transaction, *, administers: AdministersGroups, now: Now
) -> PasswordLink:
    """Makes a token with which the user chooses a local password once, within 24 hours.

    It is shown only this once, and replaces a token made before. Give it to the user yourself: the console's page
    `/console/?password-link=…` takes it. For an administrator, you need `security.groups` at admin yourself.
    """
    return await make_link(session, user_id, by_administrator=administers, now=now)
