"""Decisions: who may use which operation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from gateway.routes import Route
from shared.access.grants import Grant, Level


@dataclass(frozen=True, slots=True)
class User:
    """An active user: `DOMAIN\\name`, the grants of all groups together, and the highest level by feature."""

    name: str
    grants: tuple[Grant, ...]
    levels: Mapping[str, Level]


@dataclass(frozen=True, slots=True)
class UserTable:
    """The permission table that decisions read: the active users by subject, at one epoch of the security service."""

    epoch: int
    users: Mapping[str, User]


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller in a valid access token; `expires_at` is in seconds since 1970."""

    subject: str
    session_id: str
    expires_at: float


class Decision(NamedTuple):
    """The result, its reason for the log, and the user if there is one."""

    result: Literal["pass", "unauthenticated", "forbidden"]
    reason: str
    user: User | None = None


PUBLIC = Decision("pass", "public")
_NOBODY = Decision("unauthenticated", "no valid access token")
_UNKNOWN = Decision("unauthenticated", "no active user with this id")


def decide(route: Route, caller: Caller | None, table: UserTable) -> Decision:
    """Whether `caller` may use `route`.

    A public operation is open to anyone. Any other needs an active user, and one with a feature also needs a group of
    the user that grants it at this level or above. Example: a user with approve for `rating.export` may use an
    operation that needs edit, whatever the branches; the service checks the branches.
    """
    access = route.access
    if access.kind == "public":
        return PUBLIC
    if caller is None:
        return _NOBODY
    user = table.users.get(caller.subject)
    if user is None:
        return _UNKNOWN
    if access.kind == "signed_in":
        return Decision("pass", "signed in", user)
    if user.levels.get(access.feature, Level.NONE) < access.level:
        return Decision("forbidden", f"no group grants {access.feature} at {access.level.word}", user)
    return Decision("pass", "granted", user)
