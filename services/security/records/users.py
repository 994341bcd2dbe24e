"""Users: in bodies, in answers, and as rows of a file."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import model_validator

from services.security.records.names import DisplayName, GroupName, Named, UserName
from shared.values.columns import AS_KEY, Changed, Record
from shared.values.text import SPLIT, YesNo

UserKind = Literal["person", "service"]
"""The owner of an account: a person who logs in with a password, or another system with a credential."""


class UserEntry(Record):
    """The names of a user, whether a person or another system. Rights come from the user's groups."""

    name: UserName
    display_name: DisplayName


class NewUser(UserEntry):
    """A new user. Users can be created, and added to groups, before they first log in."""

    active: bool = True


class UserDraft(NewUser):
    """A user to be saved."""

    kind: Annotated[UserKind, AS_KEY] = "person"


class User(Changed, UserDraft):
    """A user with their groups, by name. `revision` is the version of the user's own fields, which is also the ETag."""

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
    """The fields to change; a field that is left out keeps its value."""

    display_name: DisplayName = ""
    active: bool = True

    @model_validator(mode="after")
    def _changes_something(self) -> "UserChange":
        if not self.model_fields_set:
            raise ValueError("must have at least one of display_name and active")
        return self


class UserRow(UserEntry):
    """A user as a row of a file. For an existing user, an empty `active` or `kind` changes nothing.

    A new user is active and in no group unless the row says otherwise. `kind` is `person` (if empty) or `service`, and
    never changes.
    """

    active: YesNo | None = None
    groups: Annotated[tuple[GroupName, ...], SPLIT] = ()
    kind: UserKind | None = None
