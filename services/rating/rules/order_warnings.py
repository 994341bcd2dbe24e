"""Owns what to look at on an order before it is exported: its customers, and its rating."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

from services.rating.records.work_orders import EnteredOrder
from services.rating.rules.rate_tables import RateTable
from services.rating.rules.rating_warnings import RatingFacts, RatingWarning, facts_of, find_rating_warnings

OrderWarning = Literal["UNKNOWN_CUSTOMER", "UNKNOWN_BILL_TO"] | RatingWarning
_SHOWN: Sequence[OrderWarning] = ("UNKNOWN_CUSTOMER", "UNKNOWN_BILL_TO", "ZERO_TOTAL", "RATE_CHANGED")


class NamesCustomers(Protocol):
    """Something that names a customer and a bill-to in an AR company."""

    @property
    def ar_company(self) -> int: ...
    @property
    def customer(self) -> str: ...
    @property
    def bill_to(self) -> str: ...


@dataclass(frozen=True)
class UnknownCustomer:
    """A customer that receivables has not reported: its first place in a file, and how many orders name it."""

    line: int
    column: Literal["customer", "bill_to"]
    ar_company: int
    number: str
    orders: int


def find_unknown_customers(
    orders: Sequence[tuple[int, int, EnteredOrder]], known: Container[tuple[int, str]]
) -> list[UnknownCustomer]:
    """The customers and bill-tos of a file that receivables has not reported, each once, by its first line.

    `orders` are the line, the AR company and the order; for `known` see find_order_warnings.
    """
    found: dict[tuple[int, str], UnknownCustomer] = {}
    for line, company, order in orders:
        columns: dict[str, Literal["customer", "bill_to"]] = {order.bill_to: "bill_to", order.customer: "customer"}
        for number, column in columns.items():
            if (company, number) not in known:
                first = found.get((company, number)) or UnknownCustomer(line, column, company, number, 0)
                found[company, number] = replace(first, orders=first.orders + 1)
    return sorted(found.values(), key=lambda unknown: (unknown.line, unknown.number))


def find_order_warnings(
    order: NamesCustomers, rating: RatingFacts | None, table: RateTable, known: Container[tuple[int, str]]
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


@dataclass(frozen=True)
class AssignedFacts:
    """What orders on a draft invoice have in common, as far as their warnings depend on it.

    `total` is the sign of their totals; for the others see rating_warnings.facts_of.
    """

    invoice_id: int
    ar_company: int
    customer: str
    bill_to: str
    total: Decimal
    service_on: date
    rated_with: Mapping[str, str | None] | None
    rates_digest: str | None


def warnings_by_invoice(
    orders: Iterable[AssignedFacts], table: RateTable, known: Container[tuple[int, str]]
) -> dict[int, list[OrderWarning]]:
    """The warnings of the orders on each draft invoice, each once; for `known` see find_order_warnings."""
    found: dict[int, list[OrderWarning]] = {}
    for order in orders:
        facts = facts_of(order.total, order.rated_with, order.service_on, order.rates_digest)
        warnings = found.setdefault(order.invoice_id, [])
        warnings += [one for one in find_order_warnings(order, facts, table, known) if one not in warnings]
    return {invoice_id: sorted(warnings, key=_SHOWN.index) for invoice_id, warnings in found.items()}
