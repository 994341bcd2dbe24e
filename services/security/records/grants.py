"""The grants of groups, with their limits."""

from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, StringConstraints

from services.security.records.names import Code, Named
from shared.access.grants import Grant, Level, LevelWord, Limits
from shared.values.columns import Record
from shared.values.names import fold

MOST_CODES = 200
"""The most codes in one side of a grant, because limits travel with every request in a header."""


CodeT = TypeVar("CodeT", str, int)


def _each_once(codes: tuple[CodeT, ...]) -> tuple[CodeT, ...]:
    """The codes in order; of those that only look different, the first."""
    first: dict[object, CodeT] = {}
    for code in sorted(set(codes)):
        first.setdefault(fold(code) if isinstance(code, str) else code, code)
    return tuple(first.values())


FeatureName = Annotated[str, StringConstraints(max_length=100)]
CompanyNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]
Codes = Annotated[tuple[Code, ...], Field(max_length=MOST_CODES), AfterValidator(_each_once)]
CompanyNumbers = Annotated[tuple[CompanyNumber, ...], Field(max_length=MOST_CODES), AfterValidator(_each_once)]


class GrantEntry(Record):
    """One feature at one level. An empty list does not limit that side; all other sides must match at once."""

    feature: FeatureName
    level: LevelWord
    branches: Codes = ()
    customers: Codes = ()
    ar_companies: CompanyNumbers = ()

    @classmethod
    def of(cls, grant: Grant) -> "GrantEntry":
        return cls.model_validate({"feature": grant.feature, "level": grant.level.word, **grant.limits.to_claim()})

    @property
    def limits(self) -> Limits:
        return Limits(frozenset(self.branches), frozenset(self.customers), frozenset(self.ar_companies))

    @property
    def grant(self) -> Grant:
        """The grant as the gateway and the services use it."""
        return Grant(self.feature, Level.of(self.level), self.limits)


class GroupGrant(GrantEntry):
    """A grant with the group that gives it."""

    group: Named


def grant_in(row: Any) -> GrantEntry:
    """The grant in the fields of a row that has been checked."""
    return GrantEntry.model_construct(**{name: getattr(row, name) for name in GrantEntry.model_fields})
