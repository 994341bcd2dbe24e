"""Owns the wire types of what gateways refused."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.security.rules.denials import Denial

Words = Annotated[str, StringConstraints(max_length=500)]


class DenialWire(BaseModel):
    """Who was refused what, why, and how often."""

    model_config = ConfigDict(extra="forbid")

    subject: Words
    name: Words
    address: Words
    operation: Words
    feature: Words
    level: Words
    status: int = Field(ge=400, le=499)
    reason: Words
    count: int = Field(gt=0, le=1_000_000_000)


class DenialsReport(BaseModel):
    """What one gateway refused from `begin` to `end`, each kind once."""

    model_config = ConfigDict(extra="forbid")

    begin: AwareDatetime
    end: AwareDatetime
    denials: list[DenialWire] = Field(min_length=1, max_length=1_000)

    def to_denials(self) -> list[Denial]:
        return [Denial(begin=self.begin, end=self.end, **one.model_dump()) for one in self.denials]
