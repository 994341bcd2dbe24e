"""Access rights: levels, grants with limits, and the scope that follows from them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import Literal

# Below Python 3.12 pydantic accepts only this TypedDict.
from typing_extensions import TypedDict

from shared.values.names import fold, plain

LevelWord = Literal["view", "edit", "approve", "admin"]
"""The levels that a grant can give, as words."""


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
    """Limits in tokens and in the permission table; a side that is missing is not limited."""

    branches: list[str] | None
    customers: list[str] | None
    ar_companies: list[int] | None


class GrantClaim(LimitsClaim):
    """Features with their levels, all under the same limits."""

    levels: dict[str, LevelWord]


@dataclass(frozen=True)
class Limits:
    """The limits of one grant. An empty set does not limit that side; all three sides must match at once."""

    branches: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()
    ar_companies: frozenset[int] = frozenset()

    @cached_property
    def branch_codes(self) -> frozenset[str]:
        """The branches as the services write their codes, however they were typed."""
        return frozenset(plain(code).strip().upper() for code in self.branches)

    @cached_property
    def customer_keys(self) -> frozenset[str]:
        """The customers in the form for comparison."""
        return frozenset(map(fold, self.customers))

    @property
    def customer_spellings(self) -> frozenset[str]:
        """The customers as they were typed, in small letters and in capitals, for those that no service knows yet."""
        return self.customers | self.customer_keys | frozenset(map(str.upper, self.customer_keys))

    @property
    def compared(self) -> "Limits":
        """The limits in the form for comparison."""
        return Limits(self.branch_codes, self.customer_keys, self.ar_companies)

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
    """One feature at one level within limits, as granted by a group."""

    feature: str
    level: Level
    limits: Limits = Limits()


@dataclass(frozen=True)
class Scope:
    """The scope of a caller in one operation: anything that matches at least one of `limits`.

    The limits of different grants are kept apart, because one grant must not widen another. No limits means everything.
    """

    limits: tuple[Limits, ...] = ()

    def covers(self, *, branch: str | None = None, customer: str | None = None, ar_company: int | None = None) -> bool:
        """Whether something of this branch, customer and company is within the scope.

        A side that it does not have (None) is outside every limit on that side.
        """
        key = None if customer is None else fold(customer)
        return not self.limits or any(
            (not limits.branches or branch in limits.branch_codes)
            and (not limits.customers or key in limits.customer_keys)
            and (not limits.ar_companies or ar_company in limits.ar_companies)
            for limits in self.limits
        )


EVERYTHING = Scope()
"""The scope of jobs and consumers, which act for the whole company."""


def scope_for(grants: tuple[Grant, ...], feature: str, level: Level) -> Scope | None:
    """The scope in which `grants` allow `feature` at `level`, or None when they do not allow it.

    Example: with view everywhere and edit in branch SAT, the scope for edit is branch SAT.
    """
    return scope_of_any(tuple(grant for grant in grants if grant.feature == feature and grant.level >= level))


def scope_of_any(grants: tuple[Grant, ...]) -> Scope | None:
    """The scope in which `grants` allow anything at all, or None without any."""
    if not grants:
        return None
    if any(grant.limits.unlimited for grant in grants):
        return EVERYTHING
    return Scope(tuple(dict.fromkeys(grant.limits for grant in grants)))


def highest_levels(grants: Iterable[Grant]) -> dict[str, Level]:
    """The highest level granted for each feature, whatever its limits.

    `scope_for` returns a scope for exactly these levels and the lower ones.
    """
    highest: dict[str, Level] = {}
    for grant in grants:
        highest[grant.feature] = max(grant.level, highest.get(grant.feature, Level.NONE))
    return highest


@dataclass(frozen=True)
class Principal:
    """The caller: the stable id of the account, its `DOMAIN\\name`, and its grants in this service.

    `session` is the id of the log-in that it comes from; a gateway's own requests have none.
    """

    subject: str
    name: str
    grants: tuple[Grant, ...] = field(default=(), repr=False)
    session: str = ""


ANYONE = Principal("anonymous", "anonymous")
"""The caller of what is public."""
