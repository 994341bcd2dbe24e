"""Owns sessions over HTTP: one's own at /v1/me, those of others at /v1/users."""

from services.security.actions import sessions as actions
from services.security.api.dependencies import CallerId
from services.security.rules.permissions import USERS
from services.security.rules.sessions import OpenSession
from shared.access import declared
from shared.access.grants import Level
from shared.errors import NotFound
from shared.http.moment import Now
from shared.http.operation import Router
from shared.http.transaction import Transaction
from shared.values.numbers import Id

own = Router("me")
of_users = Router("users")


@own.get(
    "/sessions",
    access=declared.signed_in(),
    refuses=[NotFound],
    summary="One's own sessions",
)
async def list_own_sessions(session: Transaction, caller_id: CallerId, now: Now) -> list[OpenSession]:
    """Where the caller is logged in, the last used first."""
    return await actions.list_sessions(session, caller_id, now)


@own.delete(
    "/sessions/{session_id}",
    access=declared.signed_in(),
    refuses=[NotFound],
    status_code=204,
    summary="End one of one's own sessions",
)
async def end_own_session(session_id: Id, session: Transaction, caller_id: CallerId, now: Now) -> None:
    """Its refresh token is of no use any more; its access token runs out by itself. Another's session is not found."""
    await actions.end_one(session, caller_id, session_id, "ended_by_owner", now)


@of_users.get(
    "/{user_id}/sessions",
    access=declared.feature(USERS, Level.VIEW),
    refuses=[NotFound],
    summary="The sessions of a user",
)
async def list_sessions(user_id: Id, session: Transaction, now: Now) -> list[OpenSession]:
    """Where a user is logged in, the last used first."""
    return await actions.list_sessions(session, user_id, now)


@of_users.delete(
    "/{user_id}/sessions",
    access=declared.feature(USERS, Level.EDIT),
    refuses=[NotFound],
    status_code=204,
    summary="Log a user out everywhere",
)
async def end_sessions(user_id: Id, session: Transaction, now: Now) -> None:
    """Ends every session of the user; he may log in again."""
    await actions.end_all(session, user_id, "ended_by_administrator", now)


@of_users.delete(
    "/{user_id}/sessions/{session_id}",
    access=declared.feature(USERS, Level.EDIT),
    refuses=[NotFound],
    status_code=204,
    summary="End a session of a user",
)
async def end_session(user_id: Id, session_id: Id, session: Transaction, now: Now) -> None:
    """Its refresh token is of no use any more; its access token runs out by itself."""
    await actions.end_one(session, user_id, session_id, "ended_by_administrator", now)
