"""Owns what rating knows about a customer, for pricing and for warnings."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, Protocol, TypeVar

CustomerStatus = Literal["active", "hold", "inactive"]


@dataclass(frozen=True)
class ListedCustomer:
    """A customer as last reported by receivables."""

    ar_company: int
    number: str
    version: int
    name: str
    status: CustomerStatus
    customer_type: str


@dataclass(frozen=True)
class Customer(ListedCustomer):
    """A customer with the credit limit, or None if there is no limit."""

    credit_limit: Decimal | None = None


class _Versioned(Protocol):
    @property
    def version(self) -> int: ...


Copy = TypeVar("Copy", bound=_Versioned)


def newest(copies: Iterable[Copy], key: Callable[[Copy], tuple[Any, ...]]) -> list[Copy]:
    """The highest version for each key, sorted by key, because events arrive in any order and more than once."""
    kept: dict[tuple[Any, ...], Copy] = {}
    for copy in copies:
        known = kept.get(key(copy))
        if known is None or known.version < copy.version:
            kept[key(copy)] = copy
    return [kept[found] for found in sorted(kept)]
