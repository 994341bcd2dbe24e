"""Owns tax codes as they are set up; how tax is reckoned stands in rules/tax.py."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class TaxCode:
    """A sales tax: `rate` in percent (8.25 is 8.25 %), the account that it is owed on, and the one for tax on retainage."""

    ar_company: int
    code: str
    description: str
    rate: Decimal
    tax_payable_account: str
    retainage_tax_account: str
    retired_on: date | None = None
    revision: int = 1
