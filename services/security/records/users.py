"""Owns users as they are entered, kept and shown."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import model_validator

from services.security.records.names import DisplayName, GroupName, Named, UserName
from shared.values.columns import AS_KEY, Record
from shared.values.text import SPLIT, YesNo

UserKind = Literal["person", "service"]
"""What is behind an account: somebody who logs in, or another system that shows a credential."""


class UserEntry(Record):
    """How a user is called, be it a person or another system; what it may do is granted to its groups."""

    name: UserName
    display_name: DisplayName


class NewUser(UserEntry):
    """A user may be known, and granted to, before that person ever logs in."""

    active: bool = True


class UserDraft(NewUser):
    """A user as somebody wants it."""

    kind: Annotated[UserKind, AS_KEY] = "person"


class User(UserDraft):
    """A user with the groups that he is in, by name. `revision` is the version of the user's own fields, as in the ETag."""

    id: int
    has_password: bool
    password_changed_at: datetime | None
    revision: int
    created_at: datetime
    groups: tuple[Named, ...] = ()

    @property
    def group_ids(self) -> frozenset[int]:
        return frozenset(group.id for group in self.groups)


class UserChange(Record):
    """What is left out stays as it is."""

    display_name: DisplayName = ""
    active: bool = True

    @model_validator(mode="after")
    def _changes_something(self) -> "UserChange":
        if not self.model_fields_set:
            raise ValueError("name at least one of display_name and active")
        return self


class UserRow(UserEntry):
    """One user of a file. An empty `active` or `groups` leaves a known user as he is; a new one is active, in no group.

    `kind` is `person` (if empty) or `service`, and never changes.
    """

    active: YesNo | None = None
    groups: Annotated[tuple[GroupName, ...], SPLIT] = ()
    kind: UserKind | None = None
