"""Logging in, refreshing tokens, and logging out."""

import logging
import secrets
from datetime import datetime

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions import log_ins as trying
from services.security.actions.bindings import open_session_for
from services.security.actions.log_ins import Attempt, Counted, Entrance
from services.security.actions.passwords import hash_password, verify_password
from services.security.errors import IdentityProviderAway, PasswordToChange, PasswordUnfit
from services.security.rules.bindings import Claimed
from services.security.rules.directory import SOURCE, account_in
from services.security.rules.log_ins import WINDOW
from services.security.rules.passwords import require_another
from services.security.rules.sessions import KEPT_AFTER_EXPIRY, SESSION_LIFETIME, Answer, Shown, answer_refresh
from services.security.rules.tokens import (
    REFRESH_TOKEN_BYTES,
    LoggedIn,
    Tokens,
    csrf_token_of,
    digest,
    refresh_token_of,
    sign_access_token,
    successor,
)
from services.security.store import log_ins, password_links, sessions, users
from shared.errors import NotFound

log = logging.getLogger(__name__)


def _tokens(entrance: Entrance, opened: LoggedIn, refresh_token: str, *, in_browser: bool) -> Tokens:
    csrf_token = csrf_token_of(entrance.keys, opened) if in_browser else None
    token_id = secrets.token_urlsafe(16)
    access_token, expires_in = sign_access_token(entrance.keys, opened, token_id, entrance.now, csrf_token)
    left = int((opened.expires_at - entrance.now).total_seconds())
    return Tokens(access_token, refresh_token, expires_in, csrf_token, left)


async def log_in(entrance: Entrance, name: str, password: SecretStr, *, in_browser: bool = False) -> Tokens:
    """Opens a session for a user with a password: the local one if there is one, else the domain's.

    Raises LogInLimited, IdentityProviderAway, PasswordToChange, or LoginRefused for any other reason.

    The account is read in its own transaction: checking a password takes long, and waiting log-ins must not hold the
    connections that the gateway needs to read the permission table. The attempt is counted before the password is
    checked, so that simultaneous attempts cannot exceed the limit.
    """
    attempt = Attempt("POST /v1/cookies" if in_browser else "POST /v1/tokens", name, entrance.address)
    counted = await trying.begin(entrance, attempt)
    async with trying.in_turn(entrance, counted):
        try:
            opened = await _open(entrance, attempt, password)
        except (IdentityProviderAway, PasswordToChange):
            await trying.take_back(entrance, counted)
            raise
    return await give_first(entrance, attempt, opened, in_browser=in_browser, counted=counted)


async def _open(entrance: Entrance, attempt: Attempt, password: SecretStr) -> LoggedIn | str | None:
    """The session of the account if this is its password; else None, or the reason for the audit."""
    async with entrance.database.transaction() as reading:
        credentials = await users.find_credentials(reading, attempt.account) if attempt.account else None
    directory, session, now, name = entrance.directory, entrance.session, entrance.now, attempt.name
    account = None if directory is None or credentials is not None else account_in(directory.domain, name)
    if directory is not None and account is not None:
        subject = await directory.find_subject(account, password)
        # Looked up only now, so that the answer takes the same time for a name that is unknown here.
        if subject is None:
            return None
        return await open_session_for(session, Claimed(SOURCE, subject, name.strip()), entrance.device, now)
    if await verify_password(None if credentials is None else credentials.password_hash, password):
        assert credentials is not None
        if credentials.must_change:
            raise PasswordToChange("This password was set for you. Choose your own, then log in with that.")
        return await sessions.open_session(session, credentials, entrance.device, now, now + SESSION_LIFETIME)
    return None


async def change_password(entrance: Entrance, name: str, password: SecretStr, wanted: SecretStr) -> None:
    """Gives an account the password `wanted`, and logs it out everywhere; `password` is its local one so far.

    The attempt is counted and refused as a log-in is. Raises LogInLimited, PasswordUnfit or LoginRefused.
    """
    attempt = Attempt("POST /v1/passwords", name, entrance.address)
    counted = await trying.begin(entrance, attempt)
    async with trying.in_turn(entrance, counted):
        async with entrance.database.transaction() as reading:
            known = await users.find_credentials(reading, attempt.account) if attempt.account else None
        if not await verify_password(None if known is None else known.password_hash, password):
            raise await trying.refuse(entrance, attempt, counted=counted)
        assert known is not None
        try:
            require_another(wanted.get_secret_value(), password.get_secret_value(), name)
        except PasswordUnfit:
            await trying.take_back(entrance, counted)
            raise
        made = await hash_password(wanted)
    session, now = entrance.session, entrance.now
    if not await users.replace_password_hash(session, known, made, now):
        raise await trying.refuse(entrance, attempt, counted=counted)
    await sessions.end_sessions_of(session, [known.user_id], "password_set", now)
    await password_links.forget(session, known.user_id)
    await trying.succeed(entrance, attempt, known.user_id)


async def give_first(
    entrance: Entrance,
    attempt: Attempt,
    opened: LoggedIn | str | None,
    *,
    in_browser: bool,
    counted: Counted | None = None,
) -> Tokens:
    """The first tokens of the session that an attempt opened; raises LoginRefused if it opened no session.

    Instead of a session, `opened` may be the reason for the audit.
    """
    if not isinstance(opened, LoggedIn):
        raise await trying.refuse(entrance, attempt, opened, counted)
    await trying.succeed(entrance, attempt, opened.user_id)
    refresh_token = refresh_token_of(secrets.token_bytes(REFRESH_TOKEN_BYTES))
    await sessions.insert_refresh_token(entrance.session, opened.session_id, digest(refresh_token), entrance.now)
    return _tokens(entrance, opened, refresh_token, in_browser=in_browser)


async def refresh(entrance: Entrance, refresh_token: SecretStr, *, in_browser: bool = False) -> Tokens | None:
    """New tokens for a refresh token, or None if it is refused.

    It does not raise, because a refusal may end the session, which must be committed.
    """
    session, now, token = entrance.session, entrance.now, refresh_token.get_secret_value()
    shown = await _locked(session, refresh_token)
    if shown is None:
        return None
    following = successor(entrance.keys, token, shown.current_digest)
    match answer_refresh(shown, digest(following), now):
        case Answer.ROTATE:
            await sessions.mark_used(session, digest(token), now)
            await sessions.insert_refresh_token(session, shown.session_id, digest(following), now)
        case Answer.REPEAT:
            pass
        case Answer.REFUSE:
            return None
        case Answer.END:
            log.warning("session %d ended: one of its refresh tokens was used twice", shown.session_id)
            await sessions.end_session(session, shown.session_id, "token_reused", now)
            return None
    return _tokens(entrance, shown.session, following, in_browser=in_browser)


async def log_out(session: AsyncSession, user_id: int | None, refresh_token: SecretStr, now: datetime) -> None:
    """Ends the session of the token; repeating it does no harm. Raises NotFound for the token of another user."""
    shown = await _locked(session, refresh_token)
    if shown is None or shown.user_id != user_id:
        raise NotFound("You have no session with this refresh token.")
    await sessions.end_session(session, shown.session_id, "logged_out", now)


async def log_out_browser(session: AsyncSession, refresh_token: SecretStr, now: datetime) -> None:
    """Ends the session of a browser's cookie, if there is one. The cookie is all that the browser needs to present."""
    shown = await _locked(session, refresh_token)
    if shown is not None:
        await sessions.end_session(session, shown.session_id, "logged_out", now)


async def _locked(session: AsyncSession, refresh_token: SecretStr) -> Shown | None:
    shown_digest = digest(refresh_token.get_secret_value())
    # The lock comes before the facts, so that the second of two simultaneous requests sees what the first one did.
    if await sessions.lock_session_of(session, shown_digest) is None:
        return None
    return await sessions.find_shown(session, shown_digest)


async def delete_expired_sessions(session: AsyncSession, now: datetime, limit: int) -> int:
    """Deletes at most `limit` sessions a day after they expired, when none of their tokens is of any use.

    Returns how many it has deleted.
    """
    return await sessions.delete_expired(session, now - KEPT_AFTER_EXPIRY, limit)


async def delete_old_attempts(session: AsyncSession, now: datetime, limit: int) -> int:
    """Deletes at most `limit` attempts to log in that no limit counts any longer, and returns how many."""
    return await log_ins.delete_before(session, now - WINDOW, limit)
