"""Links with which users choose a local password once: made by an administrator, used on the page for logging in."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions.log_ins import Attempt, Entrance
from services.security.actions.users import KIND, give_password, require_local_person
from services.security.errors import LinkRefused
from services.security.rules.passwords import require_fit
from services.security.rules.tokens import digest
from services.security.store import password_links
from shared.audit import history
from shared.audit import store as audit

LIFETIME = timedelta(hours=24)
_TOKEN_BYTES = 32
_OPERATION = "POST /v1/passwords/by-link"


@dataclass(frozen=True)
class PasswordLink:
    """A token with which the user chooses a password once, until `expires_at`. It is shown only this once."""

    token: str = field(repr=False)
    expires_at: datetime


async def make_link(session: AsyncSession, user_id: int, *, by_administrator: bool, now: datetime) -> PasswordLink:
    """Makes a link for a user; one before it can no longer be used.

    Raises NotFound, ServiceAccountOnly or AdministratorProtected, as setting a password does.
    """
    await require_local_person(session, user_id, by_administrator=by_administrator)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    link = PasswordLink(token, now + LIFETIME)
    await password_links.keep(session, user_id, digest(token), link.expires_at)
    await history.note_one(session, KIND, history.key_of(user_id), "password_link_made")
    return link


async def use_link(entrance: Entrance, token: SecretStr, wanted: SecretStr) -> None:
    """Gives the user of a link the password `wanted`, and logs them out everywhere. The link can then not be used again.

    Raises LinkRefused or PasswordUnfit. Nobody guesses a token of 32 random bytes, so tries are not counted.
    """
    session, now = entrance.session, entrance.now
    user = await password_links.find_user(session, digest(token.get_secret_value()), now)
    if user is None:
        raise LinkRefused
    require_fit(wanted.get_secret_value(), user.name)
    await give_password(session, user.user_id, user.name, wanted, now, must_change=False)
    await history.note_one(session, KIND, history.key_of(user.user_id), "password_link_used")
    await audit.note(session, Attempt(_OPERATION, user.name, entrance.address).done(204, str(user.user_id)))


async def delete_expired_links(session: AsyncSession, now: datetime, limit: int) -> int:
    """Deletes at most `limit` links that nobody has used in time, and returns how many."""
    return await password_links.delete_expired(session, now, limit)
