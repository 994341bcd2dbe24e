"""Service accounts over HTTP: the accounts, their credentials, and their tokens."""

from typing import Annotated

from fastapi import Query, Response

from services.security.actions import service_accounts as actions
from services.security.actions import users as user_actions
from services.security.api.dependencies import NOT_KEPT, AdministersGroups, EntranceOf
from services.security.errors import (
    AdministratorProtected,
    CredentialsEnough,
    LogInLimited,
    LoginRefused,
    ServiceAccountOnly,
    UserExists,
)
from services.security.records.names import Sought
from services.security.records.users import User, UserEntry, UserRow
from services.security.rules.permissions import SERVICE_ACCOUNTS
from services.security.rules.service_accounts import Credential, NewCredential, NewServiceAccount
from services.security.rules.users import UserFilter
from services.security.schemas.service_accounts import AccessTokenRead, ServiceLogInBody
from shared.access import declared
from shared.access.grants import Level
from shared.errors import NotFound
from shared.http.files import CSV_RESPONSE, table_answer
from shared.http.moment import Now
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.values.fields import field_names
from shared.values.numbers import Id

router = Router("service-accounts")
tokens = Router("tokens")


@router.get(
    "",
    access=declared.feature(SERVICE_ACCOUNTS, Level.VIEW),
    response_model=Page[User, Count],
    responses=CSV_RESPONSE,
)
async def list_service_accounts(
    session: Transaction,
    page: PageQueryOf,
    *,
    active: bool | None = None,
    search: Annotated[Sought | None, Query(description="Part of the name or the display name.")] = None,
) -> Page[User, Count] | Response:
    """The accounts of other systems with their groups. Service accounts are users, so GET /v1/users lists them too."""
    filters = UserFilter(active=active, kind="service", search=search)
    found, cursor, count = await user_actions.list_users(session, filters, page)
    if page.media_type is not None:
        return table_answer(page.media_type, "service-accounts", field_names(UserRow), found)
    return Page(items=found, next_cursor=cursor, totals=Count.of(count))


@router.post(
    "",
    access=declared.feature(SERVICE_ACCOUNTS, Level.ADMIN),
    refuses=[UserExists],
    dependencies=[NOT_KEPT],
    idempotent=False,
    status_code=201,
)
async def create_service_account(body: UserEntry, session: Transaction, now: Now) -> NewServiceAccount:
    """The new account is in no group. It has a credential whose secret is shown only this once."""
    return await actions.create_account(session, body, now)


@router.get(
    "/{user_id}/credentials",
    access=declared.feature(SERVICE_ACCOUNTS, Level.VIEW),
    refuses=[NotFound, ServiceAccountOnly],
)
async def list_credentials(user_id: Id, page: PageQueryOf, session: Transaction) -> Page[Credential, Count]:
    """Newest first, with the times of creation, last use and revocation. Secrets are not stored."""
    found, cursor, count = await actions.list_credentials(session, user_id, page)
    return Page(items=found, next_cursor=cursor, totals=Count.of(count))


@router.post(
    "/{user_id}/credentials",
    access=declared.feature(SERVICE_ACCOUNTS, Level.ADMIN),
    refuses=[NotFound, ServiceAccountOnly, CredentialsEnough, AdministratorProtected],
    dependencies=[NOT_KEPT],
    idempotent=False,
    status_code=201,
)
async def create_credential(
    user_id: Id, session: Transaction, *, administers: AdministersGroups, now: Now
) -> NewCredential:
    """To rotate a credential, create a second one, give it to the other system, then revoke the first one.

    The secret is shown only this once.
    """
    return await actions.create_credential(session, user_id, by_administrator=administers, now=now)


@router.delete(
    "/{user_id}/credentials/{credential_id}",
    access=declared.feature(SERVICE_ACCOUNTS, Level.ADMIN),
    refuses=[NotFound, ServiceAccountOnly],
    status_code=204,
)
async def revoke_credential(user_id: Id, credential_id: Id, session: Transaction, now: Now) -> None:
    """It gives no new tokens; existing ones expire within five minutes. To end them at once, deactivate the account."""
    await actions.revoke_credential(session, user_id, credential_id, now)


@tokens.post(
    "/service",
    access=declared.public("Other systems log in here with their credential."),
    refuses=[LoginRefused, LogInLimited],
    dependencies=[NOT_KEPT],
)
async def log_in_as_service_account(body: ServiceLogInBody, entrance: EntranceOf) -> AccessTokenRead:
    """Gives an access token for five minutes. There is no session and no refresh token; log in again for the next one.

    As with passwords, failures are limited and all look the same.
    """
    token, seconds = await actions.log_in(entrance, body.account, body.secret)
    return AccessTokenRead(access_token=token, expires_in=seconds)
