"""What a gateway refused: counted there, told to security, and written into the audit."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

NOUN = "denials"
FEATURE = "security.denials"

_Words = Annotated[str, StringConstraints(max_length=500)]


@dataclass(frozen=True, slots=True)
class Denial:
    """One kind of denial: who was refused what, and why. `subject` is `unknown` without a valid access token."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    subject: _Words
    name: _Words
    address: _Words
    operation: _Words
    feature: _Words
    level: _Words
    status: Annotated[int, Field(ge=400, le=499)]
    reason: _Words


@dataclass(frozen=True, slots=True)
class CountedDenial(Denial):
    """Who was refused what, why, and how often."""

    count: Annotated[int, Field(gt=0, le=1_000_000_000)]


@dataclass(frozen=True, slots=True)
class DenialsReport:
    """What one gateway refused from `begin` to `end`, each kind once."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    begin: AwareDatetime
    end: AwareDatetime
    denials: Annotated[list[CountedDenial], Field(min_length=1, max_length=1_000)]
