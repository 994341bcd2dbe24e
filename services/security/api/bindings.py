"""Bindings of users' names to accounts of a directory or an identity provider, over HTTP."""

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
from shared.http.pages import Count, Page, PageQueryOf
from shared.http.transaction import Transaction
from shared.values.numbers import Id

router = Router("users")


@router.get(
    "/{user_id}/bindings",
    access=declared.feature(USERS, Level.VIEW),
    refuses=[NotFound],
)
async def list_bindings(user_id: Id, page: PageQueryOf, session: Transaction) -> Page[Binding, Count]:
    """The account at each source (an issuer, or `directory`) that the first log-in bound the user's name to."""
    found, cursor, count = await actions.list_bindings(session, user_id, page)
    return Page(items=found, next_cursor=cursor, totals=Count.of(count))


@router.delete(
    "/{user_id}/bindings",
    access=declared.feature(USERS, Level.ADMIN),
    refuses=[NotFound, AdministratorProtected],
    status_code=204,
)
async def delete_bindings(user_id: Id, session: Transaction, *, administers: AdministersGroups, now: Now) -> None:
    """Lets the next account of this name log in as the user, for example after the account was recreated in the domain.

    First make sure that it is the same person. The user is logged out everywhere.
    """
    await actions.unbind(session, user_id, by_administrator=administers, now=now)
