"""Owns over HTTP which account of a directory or an identity provider a user's name is bound to."""

from services.security.actions import bindings as actions
from services.security.api.dependencies import AdministersGroups
from services.security.errors import AdministratorProtected
from services.security.rules.bindings import Binding
from services.security.rules.permissions import USERS
from shared.access import declared
from shared.access.grants import Level
from shared.errors import NotFound
from shared.http.moment import Now
from shared.http.operation import Router
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("users")


@router.get(
    "/{user_id}/bindings",
    access=declared.feature(USERS, Level.VIEW),
    refuses=[NotFound],
    summary="Which accounts a user's name is bound to",
)
async def list_bindings(user_id: Id, session: Transaction) -> list[Binding]:
    """At each source (an issuer, or `directory`) the account's own id, since the first log-in from there."""
    return await actions.list_bindings(session, user_id)


@router.delete(
    "/{user_id}/bindings",
    access=declared.feature(USERS, Level.ADMIN),
    refuses=[NotFound, AdministratorProtected],
    status_code=204,
    summary="Let a user's name be bound anew",
)
async def unbind(user_id: Id, session: Transaction, *, administers: AdministersGroups, now: Now) -> None:
    """For an account that was made anew in the domain: the next one of this name that logs in is the user.

    Look first whether it is the same person. The user is logged out everywhere.
    """
    await actions.unbind(session, user_id, by_administrator=administers, now=now)
