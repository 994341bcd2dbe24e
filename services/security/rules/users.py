"""Owns users: who they are, and what is known of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from services.security.rules.groups import GroupName

_LONGEST_ID = 18


class Kind(Enum):
    """What is behind an account: somebody who logs in, or another system that shows a credential."""

    PERSON = "person"
    SERVICE = "service"


@dataclass(frozen=True)
class UserDraft:
    """A user as somebody wants it; `name` is `DOMAIN\\name`, `kind` the value of a Kind."""

    name: str
    display_name: str
    active: bool
    kind: str = Kind.PERSON.value


@dataclass(frozen=True)
class UserChange:
    """What shall be different; None leaves it as it is."""

    display_name: str | None = None
    active: bool | None = None


@dataclass(frozen=True)
class User:
    """A user as it is; lists are in the order of the groups' names. `revision` counts changes of its own fields."""

    id: int
    kind: str
    name: str
    display_name: str
    active: bool
    has_password: bool
    password_changed_at: datetime | None
    revision: int
    created_at: datetime
    group_ids: list[int]
    group_names: list[str]

    @property
    def groups(self) -> tuple[GroupName, ...]:
        return tuple(GroupName(*pair) for pair in zip(self.group_ids, self.group_names, strict=True))


@dataclass(frozen=True)
class UserFilter:
    """Which users are asked for; None asks for all."""

    name: str | None = None
    active: bool | None = None
    group_id: int | None = None
    kind: str | None = None
    search: str | None = None


def user_id_of(subject: str) -> int | None:
    """The user behind the subject of an identity; None for a subject that is no user, such as `gateway`.

    Example: `"17"` is user 17.
    """
    return int(subject) if subject.isascii() and subject.isdigit() and len(subject) <= _LONGEST_ID else None
