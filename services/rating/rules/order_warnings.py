"""Owns what to look at on an order before it is exported: its customers, and its rating."""

from collections.abc import Container
from typing import Literal, Protocol

from services.rating.rules.rate_tables import RateTable
from services.rating.rules.rating_warnings import RatingFacts, RatingWarning, find_rating_warnings

OrderWarning = Literal["UNKNOWN_CUSTOMER", "UNKNOWN_BILL_TO"] | RatingWarning


class _Named(Protocol):
    """The customers of an order."""

    @property
    def ar_company(self) -> int: ...
    @property
    def customer(self) -> str: ...
    @property
    def bill_to(self) -> str: ...


def find_order_warnings(
    order: _Named, rating: RatingFacts | None, table: RateTable, known: Container[tuple[int, str]]
) -> list[OrderWarning]:
    """The warnings about an order and its rating, if it has one.

    `UNKNOWN_CUSTOMER` and `UNKNOWN_BILL_TO` if receivables has not reported them; `known` are those that it has, by AR
    company and number. The customer decides the price, and the bill-to gets the invoice. Both may be added later, so
    neither is refused. Source: rating, section 4.
    """
    warnings: list[OrderWarning] = []
    if (order.ar_company, order.customer) not in known:
        warnings.append("UNKNOWN_CUSTOMER")
    if (order.ar_company, order.bill_to) not in known:
        warnings.append("UNKNOWN_BILL_TO")
    return [*warnings, *find_rating_warnings(rating, table)]
