"""Customers and their accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pydantic import Field

from services.receivables.records.customers import Customer, CustomerEntry, CustomerStatus
from shared.files.csv import Numbered
from shared.values.filters import Filter
from shared.values.money import Money
from shared.values.names import fold
from shared.values.numbers import CompanyNumber
from shared.values.text import Line


class CustomerFilter(Filter):
    """The filters of the list of customers."""

    ar_company: CompanyNumber | None = None
    status: CustomerStatus | None = None
    search: Line | None = Field(default=None, description="Part of the number or of a name.")
    over_limit: bool | None = Field(
        default=None, description="Whether the customer owes more on open invoices than the credit limit."
    )


@dataclass(frozen=True)
class OpenItem:
    """An invoice and what was applied to it: `open` = `total` + `applied`, where credits are negative.

    `total` is as the last change of the invoice itself left it.
    """

    invoice_id: int
    number: str
    month: str
    transaction: int
    invoice_date: date
    due_on: date
    total: Money
    applied: Money
    open: Money


@dataclass(frozen=True)
class Unbilled:
    """Rated work of a customer that is not on an invoice yet."""

    orders: int
    total: Decimal


@dataclass(frozen=True)
class OpenTotal:
    """How many invoices of a customer are open, and the sum of what is open of them."""

    invoices: int
    total: Decimal


@dataclass(frozen=True)
class Account:
    """What a customer owes, in the company's currency: open invoices, and rated work that is not invoiced yet.

    `items` are one page of the open invoices, and `next_cursor` fetches the next one.
    """

    customer: Customer
    items: Sequence[OpenItem]
    next_cursor: str | None
    open: OpenTotal
    unbilled: Unbilled

    @property
    def exposure(self) -> Decimal:
        """What the company could lose: open invoices plus unbilled work (receivables, section 2.20)."""
        return self.open.total + self.unbilled.total


def customer_key(row: CustomerEntry) -> tuple[int, str]:
    """What must be unique in a file of customers."""
    return row.ar_company, fold(row.number)


def as_named(rows: Sequence[Numbered[CustomerEntry]], known: Sequence[Customer]) -> list[Customer | None]:
    """The known customer that each row of a file names: by its exact number, or else by one that only looks different.

    Example: `s1001` names the customer S1001, unless there is an older customer s1001 as well.
    """
    exact = {(customer.ar_company, customer.number): customer for customer in known}
    folded = {customer_key(customer): customer for customer in known}
    found = []
    for numbered in rows:
        row = numbered.row
        by_number = exact.get((row.ar_company, row.number))
        found.append(by_number or (None if row.number is None else folded.get(customer_key(row))))
    return found
