"""Owns the wire type of grants."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.security.rules.groups import MOST_CODES
from services.security.schemas.words import Code, CompanyNumber, FeatureName, LevelWord
from shared.access.grants import Grant, Level, Limits


class GrantWire(BaseModel):
    """One feature at one level. Empty lists leave a side open; all sides that are not empty must fit at once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    feature: FeatureName
    level: LevelWord
    branches: Annotated[list[Code], Field(max_length=MOST_CODES)] = []
    customers: Annotated[list[Code], Field(max_length=MOST_CODES)] = []
    ar_companies: Annotated[list[CompanyNumber], Field(max_length=MOST_CODES)] = []

    @classmethod
    def of(cls, grant: Grant) -> "GrantWire":
        return cls.model_validate({"feature": grant.feature, "level": grant.level.word, **grant.limits.to_claim()})

    def to_grant(self) -> Grant:
        limits = Limits(frozenset(self.branches), frozenset(self.customers), frozenset(self.ar_companies))
        return Grant(self.feature, Level.of(self.level), limits)
