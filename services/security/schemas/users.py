"""Owns the wire types of users, and the rows of their files."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, model_validator

from services.security.rules.users import User, UserChange, UserDraft, UserRow
from services.security.schemas.groups import GroupReference
from services.security.schemas.words import GroupName, KindWord, Line, Secret, Sent, UserName
from shared.values.text import SPLIT, YesNo


class NewUser(Sent):
    """A user may be known, and granted to, before that person ever logs in."""

    name: UserName
    display_name: Line
    active: bool = True

    def to_draft(self) -> UserDraft:
        return UserDraft(self.name, self.display_name, self.active)


class ChangedUser(Sent):
    """What is left out stays as it is."""

    display_name: Line = ""
    active: bool = True

    @model_validator(mode="after")
    def _changes_something(self) -> "ChangedUser":
        if not self.model_fields_set:
            raise ValueError("name at least one of display_name and active")
        return self

    def to_change(self) -> UserChange:
        return UserChange(**{name: getattr(self, name) for name in self.model_fields_set})


class NewPassword(Sent):
    """12 to 256 printable characters."""

    password: Secret


class UserAnswer(BaseModel):
    """A user with the groups that he is in. `revision` is the version of the user's own fields, as in the ETag."""

    id: int
    kind: KindWord
    name: str
    display_name: str
    active: bool
    has_password: bool
    password_changed_at: datetime | None
    groups: list[GroupReference]
    revision: int
    created_at: datetime

    @classmethod
    def of(cls, user: User) -> "UserAnswer":
        return cls.model_validate(user, from_attributes=True)


class UserImportRow(BaseModel):
    """One user. An empty `active` or `groups` leaves a known user as he is; a new one is active, in no group.

    `kind` is `person` (if empty) or `service`, and never changes.
    """

    name: UserName
    display_name: Line
    active: YesNo | None = None
    groups: Annotated[tuple[GroupName, ...], SPLIT] = ()
    kind: KindWord | None = None

    @classmethod
    def of(cls, user: User) -> "UserImportRow":
        return cls.model_validate(
            {
                "name": user.name,
                "display_name": user.display_name,
                "active": user.active,
                "groups": tuple(user.group_names),
                "kind": user.kind,
            }
        )

    def to_row(self, line: int) -> UserRow:
        return UserRow(line, self.name, self.display_name, self.active, self.groups, self.kind)


class UserImportAnswer(BaseModel):
    """How many users the file made, changed, and found as they were."""

    created: int
    changed: int
    unchanged: int
