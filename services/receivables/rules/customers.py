"""Owns customers and what their account shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.values.money import ZERO


@dataclass(frozen=True)
class CustomerEntry:
    """A customer as it is entered or imported. `address` is where bills go.

    `statement_type` is `open_item` or `balance_forward`, `statement_delivery` `print`, `email` or `none`;
    `finance_charge_type` is `account`, `invoice`, `receivable_type` or `none`, and its percentage comes before the
    company's; `roll_up_rule` is `single` or `rollup`. Source: receivables, section 1.
    """

    ar_company: int
    number: str
    name: str
    sort_name: str
    status: str
    address: str
    email: str
    customer_type: str
    receivable_type: int | None
    credit_limit: Decimal | None
    pay_terms: str | None = None
    tax_code: str | None = None
    statement_type: str = "open_item"
    statement_delivery: str = "print"
    finance_charge_type: str = "none"
    finance_charge_percent: Decimal | None = None
    exclude_contract_invoices: bool = False
    roll_up_rule: str = "single"
    misc_distribution_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class Customer(CustomerEntry):
    id: int
    version: int


@dataclass(frozen=True)
class CustomerFilter:
    """Which customers a list shows; None leaves a side open. `search` looks into number and names."""

    ar_company: int | None = None
    status: str | None = None
    search: str | None = None


@dataclass(frozen=True)
class OpenItem:
    """An invoice with what was applied to it; `open` = `total` + `applied`, where credits are negative."""

    invoice_id: int
    number: str
    month: str
    transaction: int
    invoice_date: date
    due_on: date
    total: Decimal
    applied: Decimal
    open: Decimal


@dataclass(frozen=True)
class Unbilled:
    """Rated work of a customer that no invoice holds yet."""

    orders: int
    total: Decimal


@dataclass(frozen=True)
class Account:
    """What a customer owes, in the company's currency: open invoices, and rated work that is not booked yet."""

    customer: Customer
    items: Sequence[OpenItem]
    unbilled: Unbilled

    @property
    def open_total(self) -> Decimal:
        return sum((item.open for item in self.items), ZERO)

    @property
    def exposure(self) -> Decimal:
        """What the company stands to lose: open invoices and unbilled work (receivables, section 2.20)."""
        return self.open_total + self.unbilled.total
