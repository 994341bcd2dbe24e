"""Owns who may do what: levels, grants with limits, and the scope that follows from them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

# pydantic asks for this one below Python 3.12.
from typing_extensions import TypedDict

LevelWord = Literal["view", "edit", "approve", "admin"]
"""What a grant may give, in a word."""


class Level(IntEnum):
    """Access levels in ascending order; a higher one includes the lower ones."""

    NONE = 0
    VIEW = 1
    EDIT = 2
    APPROVE = 3
    ADMIN = 4

    @property
    def word(self) -> str:
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> "Level":
        return cls[word.upper()]


class LimitsClaim(TypedDict, total=False):
    """Limits as tokens and the permission table carry them; a side that is absent is open."""

    branches: list[str] | None
    customers: list[str] | None
    ar_companies: list[int] | None


class GrantClaim(LimitsClaim):
    """Features with their levels under one set of limits."""

    levels: dict[str, LevelWord]


@dataclass(frozen=True)
class Limits:
    """What one grant is narrowed to; an empty set leaves that side open. All sides must fit at once."""

    branches: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()
    ar_companies: frozenset[int] = frozenset()

    @property
    def unlimited(self) -> bool:
        return not (self.branches or self.customers or self.ar_companies)

    def to_claim(self) -> LimitsClaim:
        claim: LimitsClaim = {}
        if self.branches:
            claim["branches"] = sorted(self.branches)
        if self.customers:
            claim["customers"] = sorted(self.customers)
        if self.ar_companies:
            claim["ar_companies"] = sorted(self.ar_companies)
        return claim

    @classmethod
    def from_claim(cls, claim: LimitsClaim) -> "Limits":
        return cls(
            branches=frozenset(claim.get("branches") or ()),
            customers=frozenset(claim.get("customers") or ()),
            ar_companies=frozenset(claim.get("ar_companies") or ()),
        )


@dataclass(frozen=True)
class Grant:
    """One feature at one level, within limits, as some group gives it."""

    feature: str
    level: Level
    limits: Limits = Limits()


@dataclass(frozen=True)
class Scope:
    """What a caller may see for one operation: anything that fits at least one of `limits`.

    One grant's limits never widen another's, so they are kept apart. No limits at all means everything.
    """

    limits: tuple[Limits, ...] = ()

    def covers(self, *, branch: str | None = None, customer: str | None = None, ar_company: int | None = None) -> bool:
        """Whether a thing of this branch, customer and company lies in the scope.

        A side that the thing does not have (None) is outside every limit on that side.
        """
        return not self.limits or any(
            (not one.branches or branch in one.branches)
            and (not one.customers or customer in one.customers)
            and (not one.ar_companies or ar_company in one.ar_companies)
            for one in self.limits
        )


EVERYTHING = Scope()
"""The scope of jobs and consumers, which act for the company itself."""


def scope_for(grants: tuple[Grant, ...], feature: str, level: Level) -> Scope | None:
    """The scope in which `grants` allow `feature` at `level`; None when they do not allow it at all.

    Example: view everywhere plus edit in branch SAT gives, for edit, the scope of branch SAT alone.
    """
    fitting = [grant for grant in grants if grant.feature == feature and grant.level >= level]
    if not fitting:
        return None
    if any(grant.limits.unlimited for grant in fitting):
        return EVERYTHING
    return Scope(tuple(grant.limits for grant in fitting))


def highest_levels(grants: Iterable[Grant]) -> dict[str, Level]:
    """The highest level of each feature, wherever it is granted: it reaches a level exactly where `scope_for` is not None."""
    highest: dict[str, Level] = {}
    for grant in grants:
        highest[grant.feature] = max(grant.level, highest.get(grant.feature, Level.NONE))
    return highest


@dataclass(frozen=True)
class Principal:
    """Who is calling: the stable id of the account, its `DOMAIN\\name`, and what it may do here."""

    subject: str
    name: str
    grants: tuple[Grant, ...] = field(default=(), repr=False)
