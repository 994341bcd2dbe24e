"""Denials: the gateway counts them and reports them to security, which writes them to the audit."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

NOUN = "denials"
FEATURE = "security.denials"

_Words = Annotated[str, StringConstraints(max_length=500)]


@dataclass(frozen=True, slots=True)
class Denial:
    """One kind of denial: who was denied what, and why. Without a valid access token `subject` is `unknown`."""

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
    """One kind of denial and how often it happened."""

    count: Annotated[int, Field(gt=0, le=1_000_000_000)]


@dataclass(frozen=True, slots=True)
class DenialsReport:
    """The denials of one gateway from `begin` to `end`, each kind once."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    begin: AwareDatetime
    end: AwareDatetime
    denials: Annotated[list[CountedDenial], Field(min_length=1, max_length=1_000)]
