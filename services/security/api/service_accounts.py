"""Owns accounts of other systems over HTTP: made, given credentials, and asking for tokens."""

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
from services.security.schemas.service_accounts import AccessTokenRead, ServiceLogIn
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
    summary="List service accounts",
)
async def list_service_accounts(
    session: Transaction,
    query: PageQueryOf,
    *,
    active: bool | None = None,
    search: Annotated[Sought | None, Query(description="Part of the name or the display name.")] = None,
) -> Page[User, Count] | Response:
    """One page of the accounts of other systems, with their groups. They are users as well: GET /v1/users has them too."""
    wanted = UserFilter(active=active, kind="service", search=search)
    found, cursor, count = await user_actions.list_users(session, wanted, query)
    if query.media_type is not None:
        return table_answer(query.media_type, "service-accounts", field_names(UserRow), found)
    return Page(items=found, next_cursor=cursor, totals=Count(count=count))


@router.post(
    "",
    access=declared.feature(SERVICE_ACCOUNTS, Level.ADMIN),
    refuses=[UserExists],
    dependencies=[NOT_KEPT],
    status_code=201,
    summary="Make a service account",
)
async def create_service_account(body: UserEntry, session: Transaction, now: Now) -> NewServiceAccount:
    """Makes an account in no group, with a credential whose secret is shown this once."""
    return await actions.create_account(session, body, now)


@router.get(
    "/{user_id}/credentials",
    access=declared.feature(SERVICE_ACCOUNTS, Level.VIEW),
    refuses=[NotFound, ServiceAccountOnly],
    summary="The credentials of a service account",
)
async def list_credentials(user_id: Id, session: Transaction) -> list[Credential]:
    """When each was made, used last and revoked; the newest first. Secrets are not known here."""
    return await actions.list_credentials(session, user_id)


@router.post(
    "/{user_id}/credentials",
    access=declared.feature(SERVICE_ACCOUNTS, Level.ADMIN),
    refuses=[NotFound, ServiceAccountOnly, CredentialsEnough, AdministratorProtected],
    dependencies=[NOT_KEPT],
    status_code=201,
    summary="Make another credential",
)
async def create_credential(
    user_id: Id, session: Transaction, *, administers: AdministersGroups, now: Now
) -> NewCredential:
    """To rotate one: make the second, let the other system use it, revoke the first. The secret is shown this once."""
    return await actions.create_credential(session, user_id, by_administrator=administers, now=now)


@router.delete(
    "/{user_id}/credentials/{credential_id}",
    access=declared.feature(SERVICE_ACCOUNTS, Level.ADMIN),
    refuses=[NotFound, ServiceAccountOnly],
    status_code=204,
    summary="Revoke a credential",
)
async def revoke_credential(user_id: Id, credential_id: Id, session: Transaction, now: Now) -> None:
    """It gives no tokens any more; those that it gave run out within five minutes. Deactivate the account to end it now."""
    await actions.revoke_credential(session, user_id, credential_id, now)


@tokens.post(
    "/service",
    access=declared.public("Showing its credential is how another system becomes known."),
    refuses=[LoginRefused, LogInLimited],
    dependencies=[NOT_KEPT],
    summary="Log in as a service account",
)
async def log_in_service(body: ServiceLogIn, entrance: EntranceOf) -> AccessTokenRead:
    """An access token of five minutes for a credential. There is no session and no refresh token: ask again.

    Failures are limited and look alike as with passwords.
    """
    token, seconds = await actions.log_in(entrance, body.account, body.secret)
    return AccessTokenRead(access_token=token, expires_in=seconds)
