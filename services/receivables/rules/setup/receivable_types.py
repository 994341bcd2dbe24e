"""Owns receivable types: which accounts an invoice posts to, and which type an invoice gets."""

from dataclasses import dataclass, fields
from datetime import date

ACCOUNT_FIELDS = (
    "ar_account",
    "revenue_account",
    "retainage_account",
    "discount_account",
    "write_off_account",
    "finance_charge_revenue_account",
    "finance_charge_receivable_account",
    "finance_charge_write_off_account",
)


@dataclass(frozen=True)
class ReceivableType:
    """Which GL accounts an invoice of this type posts to."""

    ar_company: int
    type: int
    description: str
    ar_account: str
    revenue_account: str
    retainage_account: str
    discount_account: str
    write_off_account: str
    finance_charge_revenue_account: str
    finance_charge_receivable_account: str
    finance_charge_write_off_account: str
    retired_on: date | None = None
    revision: int = 1


assert {one.name for one in fields(ReceivableType)} >= set(ACCOUNT_FIELDS)


def default_receivable_type(company: int, customer: int | None, contract: int | None = None) -> int:
    """The receivable type that an invoice gets: the contract's, else the customer's, else the company's.

    An invoice without a contract has none there. Source: receivables, section 2.8.
    """
    if contract is not None:
        return contract
    return company if customer is None else customer
