"""Owns who may do what."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from gateway.routes import Route
from shared.access.grants import Grant, Level


@dataclass(frozen=True, slots=True)
class User:
    """An active user: `DOMAIN\\name`, what all groups that he is in grant together, and the highest level by feature."""

    name: str
    grants: tuple[Grant, ...]
    levels: Mapping[str, Level]


@dataclass(frozen=True, slots=True)
class UserTable:
    """The permission table as decisions read it: active users by subject, as the security service had them at `epoch`."""

    epoch: int
    users: Mapping[str, User]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a valid access token speaks for; `expires_at` in seconds since 1970."""

    subject: str
    session_id: str
    expires_at: float


class Decision(NamedTuple):
    """The result, its reason in words for the log, and the user where there is one."""

    result: Literal["pass", "unauthenticated", "forbidden"]
    reason: str
    user: User | None = None


PUBLIC = Decision("pass", "public")
_NOBODY = Decision("unauthenticated", "no valid access token")
_UNKNOWN = Decision("unauthenticated", "no active user of this id")


def decide(route: Route, caller: Caller | None, table: UserTable) -> Decision:
    """Whether `caller` may use `route`.

    A public operation is anyone's. Every other needs an active user, and one with a feature needs a group of his that
    grants it at the level or above. Example: `rating.export` at edit passes a user with approve, in whatever branches;
    the service sees to the branches.
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
        return Decision("forbidden", f"no group gives {access.feature} at {access.level.word}", user)
    return Decision("pass", "granted", user)
