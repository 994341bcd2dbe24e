"""Owns what lines and misc. distributions of invoices are entered by: materials and distribution codes."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Material:
    """What is sold by the unit on invoices without a contract; `um` is the unit of measure."""

    ar_company: int
    code: str
    description: str
    um: str
    unit_price: Decimal
    gl_account: str
    retired_on: date | None = None
    revision: int = 1


@dataclass(frozen=True)
class MiscDistributionCode:
    """What an amount of an invoice is kept apart for in reports; it never touches the GL."""

    ar_company: int
    code: str
    description: str
    retired_on: date | None = None
    revision: int = 1
