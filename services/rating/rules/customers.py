"""Owns what rating knows about a customer, for pricing and for warnings."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, Protocol, TypeVar

from services.rating.records.work_orders import OrderEntry
from shared.contracts.customer_changed import ClientNumber

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
    """A customer with the credit limit, or None if there is no limit, and the client's numbers that its orders need."""

    credit_limit: Decimal | None = None
    required_numbers: Sequence[ClientNumber] = ()


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


RequiredNumbers = Mapping[tuple[int, str], Sequence[ClientNumber]]
"""The client's numbers that the orders of customers must have, by AR company and number of the customer."""


def find_missing_numbers(order: OrderEntry, company: int | None, required: RequiredNumbers) -> dict[ClientNumber, str]:
    """The client's numbers that the customer or the bill-to of the order requires and the order lacks, with a message.

    Example: S1001 requires a matter, and an order of S1002 that S1001 pays for has none: the matter is missing.
    """
    missing: dict[ClientNumber, str] = {}
    for number in (order.customer, order.bill_to):
        for name in required.get((company or 0, number), ()):
            if not getattr(order, name):
                missing.setdefault(name, f"is empty; customer {number} requires it on every order")
    return missing
