"""Groups: in bodies, in answers, and as rows of a file."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, model_validator

from services.security.records.grants import Codes, CompanyNumbers, FeatureName, GrantEntry, grant_in
from services.security.records.names import Description, GroupName, Named
from shared.access.grants import LevelWord
from shared.values.columns import Changed, Record
from shared.values.text import SPLIT

MOST_GRANTS = 1_000


class GroupEntry(Record):
    """The name and description of a group."""

    name: GroupName
    description: Description = ""


class GroupDraft(GroupEntry):
    """A group to be saved; `grants` are all its grants."""

    grants: Annotated[tuple[GrantEntry, ...], Field(max_length=MOST_GRANTS)] = ()


class Group(Changed, GroupDraft):
    """A group.

    GET /v1/users?group=<id> lists its members. `revision` counts its changes, including those of members.
    """

    id: int
    member_count: int
    revision: int
    created_at: datetime

    @property
    def named(self) -> Named:
        return Named(self.id, self.name)


class GroupRow(Record):
    """One grant of a group, as a row of a file; a row without a feature and level only names its group."""

    group: GroupName
    description: Description = ""
    feature: FeatureName | None = None
    level: LevelWord | None = None
    branches: Annotated[Codes, SPLIT] = ()
    customers: Annotated[Codes, SPLIT] = ()
    ar_companies: Annotated[CompanyNumbers, SPLIT] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> "GroupRow":
        if (self.feature is None) != (self.level is None):
            raise ValueError("must have both a feature and a level, or neither")
        if self.feature is None and (self.branches or self.customers or self.ar_companies):
            raise ValueError("has limits but no feature")
        return self

    @property
    def key(self) -> tuple[str, ...]:
        """What must be unique in a file: a group, a feature, and its limits."""
        sides = (("branches", self.branches), ("customers", self.customers), ("AR companies", self.ar_companies))
        limits = (f"{words} {', '.join(map(str, codes))}" for words, codes in sides if codes)
        return (self.group, self.feature or "no feature", *limits)

    @property
    def grant(self) -> GrantEntry | None:
        return None if self.feature is None else grant_in(self)

    @classmethod
    def of(cls, group: Group) -> "list[GroupRow]":
        """The rows that describe the group."""
        named = {"group": group.name, "description": group.description}
        return [cls.model_validate({**named, **grant}) for grant in group.model_dump()["grants"] or [{}]]
