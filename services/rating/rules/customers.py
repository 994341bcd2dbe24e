"""Owns what rating knows of a customer: what pricing and warnings need."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, Protocol, TypeVar

CustomerStatus = Literal["active", "hold", "inactive"]


@dataclass(frozen=True)
class ListedCustomer:
    """A customer as receivables last announced it."""

    ar_company: int
    number: str
    version: int
    name: str
    status: CustomerStatus
    customer_type: str


@dataclass(frozen=True)
class Customer(ListedCustomer):
    """A customer with what he may owe at most; without a limit there is none."""

    credit_limit: Decimal | None = None


class _Versioned(Protocol):
    @property
    def version(self) -> int: ...


Copy = TypeVar("Copy", bound=_Versioned)


def newest(copies: Iterable[Copy], key: Callable[[Copy], tuple[Any, ...]]) -> list[Copy]:
    """The highest version of each thing, in the order of their keys: events may come in any order and more than once."""
    kept: dict[tuple[Any, ...], Copy] = {}
    for one in copies:
        known = kept.get(key(one))
        if known is None or known.version < one.version:
            kept[key(one)] = one
    return [kept[found] for found in sorted(kept)]
