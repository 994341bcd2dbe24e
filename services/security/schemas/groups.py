"""Owns the wire types of groups, and the rows of their files."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from services.security.rules.groups import MOST_CODES, MOST_GRANTS, GrantDifference, GrantRow, Group, GroupDraft
from services.security.schemas.grants import GrantWire
from services.security.schemas.words import Code, CompanyNumber, Description, FeatureName, GroupName, LevelWord, Sent
from shared.access.grants import Grant, Level, Limits
from shared.values.text import SPLIT


class GroupBody(Sent):
    """A group as it shall be; `grants` are all that it gives."""

    name: GroupName
    description: Description = ""
    grants: Annotated[tuple[GrantWire, ...], Field(max_length=MOST_GRANTS)] = ()

    def to_draft(self) -> GroupDraft:
        return GroupDraft(self.name, self.description, tuple(grant.to_grant() for grant in self.grants))


class GroupAnswer(BaseModel):
    """A group; its members are the users of GET /v1/users?group=<id>."""

    id: int
    name: str
    description: str
    grants: list[GrantWire]
    member_count: int
    revision: int
    created_at: datetime

    @classmethod
    def of(cls, group: Group) -> "GroupAnswer":
        return cls(
            id=group.id,
            name=group.name,
            description=group.description,
            grants=[GrantWire.of(grant) for grant in group.grants],
            member_count=group.member_count,
            revision=group.revision,
            created_at=group.created_at,
        )


class GroupReference(BaseModel):
    id: int
    name: str


class GroupCopy(Sent):
    """How the copy is called; without a description it takes over the other's."""

    name: GroupName
    description: Description = ""


class GrantDifferenceAnswer(BaseModel):
    """A feature within these limits (empty lists leave a side open) that the groups give at different levels."""

    feature: str
    branches: list[str] = []
    customers: list[str] = []
    ar_companies: list[int] = []
    first: str
    second: str

    @classmethod
    def of(cls, one: GrantDifference) -> "GrantDifferenceAnswer":
        levels = {"first": one.first.word, "second": one.second.word}
        return cls.model_validate({"feature": one.feature, **one.limits.to_claim(), **levels})


class GroupComparison(BaseModel):
    """What two groups give otherwise; no differences when they give the same."""

    first: GroupReference
    second: GroupReference
    differences: list[GrantDifferenceAnswer]


class GroupImportRow(BaseModel):
    """One grant of one group; without feature and level the row only names its group."""

    group: GroupName
    description: Description = ""
    feature: FeatureName | None = None
    level: LevelWord | None = None
    branches: Annotated[tuple[Code, ...], SPLIT, Field(max_length=MOST_CODES)] = ()
    customers: Annotated[tuple[Code, ...], SPLIT, Field(max_length=MOST_CODES)] = ()
    ar_companies: Annotated[tuple[CompanyNumber, ...], SPLIT, Field(max_length=MOST_CODES)] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> "GroupImportRow":
        if (self.feature is None) != (self.level is None):
            raise ValueError("needs both a feature and a level, or neither")
        if self.feature is None and (self.branches or self.customers or self.ar_companies):
            raise ValueError("has limits, but no feature")
        return self

    @property
    def key(self) -> tuple[str, ...]:
        """What may stand only once in a file: a group, a feature, and its limits."""
        limits = (
            f"{word} {', '.join(map(str, sorted(codes)))}"
            for word, codes in (
                ("branches", self.branches),
                ("customers", self.customers),
                ("AR companies", self.ar_companies),
            )
            if codes
        )
        return (self.group, self.feature or "no feature", *limits)

    @classmethod
    def rows_of(cls, group: Group) -> list["GroupImportRow"]:
        """The rows that would make the group as it is."""
        named = {"group": group.name, "description": group.description}
        granted = [{**named, **GrantWire.of(grant).model_dump()} for grant in group.grants]
        return [cls.model_validate(row) for row in granted or [named]]

    def to_row(self, line: int) -> GrantRow:
        grant = None
        if self.feature is not None and self.level is not None:
            limits = Limits(frozenset(self.branches), frozenset(self.customers), frozenset(self.ar_companies))
            grant = Grant(self.feature, Level.of(self.level), limits)
        return GrantRow(line, self.group, self.description, grant)


class GroupImportAnswer(BaseModel):
    """How many groups the file made, and of how many it replaced the grants."""

    created: int
    replaced: int
