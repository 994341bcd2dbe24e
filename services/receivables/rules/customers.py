"""Customers and their accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pydantic import Field

from services.receivables.records.customers import Customer, CustomerStatus
from shared.values.filters import Filter
from shared.values.money import ZERO, Money
from shared.values.numbers import CompanyNumber
from shared.values.text import Line


class CustomerFilter(Filter):
    """The filters of the list of customers."""

    ar_company: CompanyNumber | None = None
    status: CustomerStatus | None = None
    search: Line | None = Field(default=None, description="Part of the number or of a name.")


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
class Account:
    """What a customer owes, in the company's currency: open invoices, and rated work that is not invoiced yet."""

    customer: Customer
    items: Sequence[OpenItem]
    unbilled: Unbilled

    @property
    def open_total(self) -> Decimal:
        return sum((item.open for item in self.items), ZERO)

    @property
    def exposure(self) -> Decimal:
        """What the company could lose: open invoices plus unbilled work (receivables, section 2.20)."""
        return self.open_total + self.unbilled.total
