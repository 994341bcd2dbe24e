"""Sessions over HTTP: the caller's own at /v1/me, those of any user at /v1/users."""

from services.security.actions import sessions as actions
from services.security.api.dependencies import CallerId
from services.security.rules.permissions import USERS
from services.security.rules.sessions import OpenSession
from shared.access import declared
from shared.access.grants import Level
from shared.errors import NotFound
from shared.http.callers import CallerOf
from shared.http.moment import Now
from shared.http.operation import Router
from shared.http.pages import Count, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.values.numbers import Id

own = Router("me")
of_users = Router("users")


@own.get(
    "/sessions",
    access=declared.signed_in(),
    refuses=[NotFound],
)
async def list_own_sessions(
    page: PageQueryOf, session: Transaction, caller: CallerOf, caller_id: CallerId, now: Now
) -> Page[OpenSession, Count]:
    """Your open sessions, most recently used first."""
    found, cursor, count = await actions.list_sessions(session, caller_id, caller.principal.session, now, page)
    return Page(items=found, next_cursor=cursor, totals=Count.of(count))


@own.delete(
    "/sessions/{session_id}",
    access=declared.signed_in(),
    refuses=[NotFound],
    status_code=204,
)
async def end_own_session(session_id: Id, session: Transaction, caller_id: CallerId, now: Now) -> None:
    """Its refresh token becomes invalid; its access token expires by itself. Sessions of other users are not found."""
    await actions.end_one(session, caller_id, session_id, "ended_by_owner", now)


@of_users.get(
    "/{user_id}/sessions",
    access=declared.feature(USERS, Level.VIEW),
    refuses=[NotFound],
)
async def list_sessions(
    user_id: Id, page: PageQueryOf, session: Transaction, caller: CallerOf, now: Now
) -> Page[OpenSession, Count]:
    """The user's open sessions, most recently used first."""
    found, cursor, count = await actions.list_sessions(session, user_id, caller.principal.session, now, page)
    return Page(items=found, next_cursor=cursor, totals=Count.of(count))


@of_users.delete(
    "/{user_id}/sessions",
    access=declared.feature(USERS, Level.EDIT),
    refuses=[NotFound],
    status_code=204,
)
async def end_sessions(user_id: Id, session: Transaction, now: Now) -> None:
    """Logs the user out everywhere. The user can log in again."""
    await actions.end_all(session, user_id, "ended_by_administrator", now)


@of_users.delete(
    "/{user_id}/sessions/{session_id}",
    access=declared.feature(USERS, Level.EDIT),
    refuses=[NotFound],
    status_code=204,
)
async def end_session(user_id: Id, session_id: Id, session: Transaction, now: Now) -> None:
    """Its refresh token becomes invalid; its access token expires by itself."""
    await actions.end_one(session, user_id, session_id, "ended_by_administrator", now)
