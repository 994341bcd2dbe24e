"""Owns what rating knows of a customer: what pricing and warnings need."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Customer:
    ar_company: int
    number: str
    version: int
    name: str
    status: str
    customer_type: str


def newest(customers: Iterable[Customer]) -> list[Customer]:
    """The highest version of each customer: events may come in any order and more than once."""
    kept: dict[tuple[int, str], Customer] = {}
    for one in customers:
        known = kept.get((one.ar_company, one.number))
        if known is None or known.version < one.version:
            kept[one.ar_company, one.number] = one
    return sorted(kept.values(), key=lambda one: (one.ar_company, one.number))
