"""Service accounts of other systems: create them and their credentials, revoke credentials, and log in."""

import secrets
from datetime import datetime

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions import log_ins as trying
from services.security.actions.log_ins import Attempt, Entrance
from services.security.actions.passwords import hash_password, verify_password
from services.security.actions.users import create_user, get_user
from services.security.errors import AdministratorProtected, ServiceAccountOnly
from services.security.records.users import User, UserDraft, UserEntry
from services.security.rules.service_accounts import (
    SECRET_BYTES,
    Credential,
    NewCredential,
    NewServiceAccount,
    read_secret,
    require_room,
    shown_secret,
)
from services.security.rules.tokens import ACCESS_LIFETIME, sign_access_token
from services.security.store import permissions, service_accounts
from shared.database.pages import PageQuery
from shared.errors import NotFound


async def create_account(session: AsyncSession, entry: UserEntry, now: datetime) -> NewServiceAccount:
    """Creates an account in no group, with its first credential; raises UserExists."""
    draft = UserDraft(name=entry.name, display_name=entry.display_name, kind="service")
    user = await create_user(session, draft, now)
    made = await _make(session, user, now)
    return NewServiceAccount(made.credential, made.secret, user)


async def list_credentials(
    session: AsyncSession, user_id: int, query: PageQuery
) -> tuple[list[Credential], str | None, int | None]:
    """One page of the credentials of an account, newest first, the next cursor, and their number.

    Raises NotFound or ServiceAccountOnly.
    """
    return await service_accounts.list_credentials(session, (await _account(session, user_id)).id, query)


async def create_credential(
    session: AsyncSession, user_id: int, *, by_administrator: bool, now: datetime
) -> NewCredential:
    """Creates a second credential in addition to the one in use.

    `by_administrator` says whether the caller has `security.groups` at admin. Callers without it could become an
    account that has it by making a credential for it, which raises AdministratorProtected. Also raises NotFound,
    ServiceAccountOnly or CredentialsEnough.
    """
    user = await _account(session, user_id)
    if not by_administrator and user_id in await permissions.find_administrators(session, "service"):
        raise AdministratorProtected(f"{user.name} administers groups, so an administrator must make its credentials.")
    require_room(await service_accounts.count_valid(session, user_id))
    return await _make(session, user, now)


async def revoke_credential(session: AsyncSession, user_id: int, credential_id: int, now: datetime) -> None:
    """Revokes a credential; repeating it changes nothing. Raises NotFound or ServiceAccountOnly."""
    user = await _account(session, user_id)
    if not await service_accounts.revoke(session, user.id, credential_id, now):
        raise NotFound(f"Service account {user.name} has no credential {credential_id}.")


async def log_in(entrance: Entrance, name: str, secret: SecretStr) -> tuple[str, int]:
    """An access token for a valid credential, and its lifetime in seconds; raises LogInLimited or LoginRefused.

    As with passwords, the attempt is counted first, and the secret is checked outside any transaction.
    """
    attempt = Attempt("POST /v1/tokens/service", name, entrance.address, of_service=True)
    counted = await trying.begin(entrance, attempt)
    credential_id, random = read_secret(secret.get_secret_value()) or (0, "")
    async with entrance.database.transaction() as reading:
        known = await service_accounts.find_hash(reading, attempt.account, credential_id)
    opened = None
    async with trying.in_turn(entrance, counted):
        is_right = await verify_password(known, SecretStr(random))
    if is_right:
        expires_at = entrance.now + ACCESS_LIFETIME
        opened = await service_accounts.use(entrance.session, credential_id, expires_at, entrance.now)
    if opened is None:
        raise await trying.refuse(entrance, attempt, counted=counted)
    await trying.succeed(entrance, attempt, opened.user_id)
    return sign_access_token(entrance.keys, opened, secrets.token_urlsafe(16), entrance.now)


async def _account(session: AsyncSession, user_id: int) -> User:
    user = await get_user(session, user_id)
    if user.kind != "service":
        raise ServiceAccountOnly(f"{user.name} is a person and logs in with a password, not with credentials.")
    return user


async def _make(session: AsyncSession, user: User, now: datetime) -> NewCredential:
    random = secrets.token_urlsafe(SECRET_BYTES)
    made = await service_accounts.insert_credential(session, user.id, await hash_password(SecretStr(random)), now)
    return NewCredential(Credential(made, now, None, None), shown_secret(made, random))
