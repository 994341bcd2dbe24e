"""Owns what a line is made of in money: amount, tax, retainage and finance charge, added and divided together."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal

from shared.values.money import ZERO, round_cents


@dataclass(frozen=True, slots=True)
class Amounts:
    """The money of a line; `amount` is all of it and holds the other four, each in the company's currency.

    `retainage` is the part of the net amount held back, `retainage_tax` the part of `tax` held back with it.
    """

    amount: Decimal = ZERO
    tax: Decimal = ZERO
    retainage: Decimal = ZERO
    retainage_tax: Decimal = ZERO
    finance_charge: Decimal = ZERO

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(*(getattr(self, name) + getattr(other, name) for name in _PARTS))

    def __neg__(self) -> "Amounts":
        return Amounts(*(-getattr(self, name) for name in _PARTS))

    def __sub__(self, other: "Amounts") -> "Amounts":
        return self + -other

    @property
    def receivable(self) -> Decimal:
        """What stands on the AR account: neither held back nor a finance charge."""
        return self.amount - self.held_back - self.finance_charge

    @property
    def held_back(self) -> Decimal:
        """What stands on the retainage account."""
        return self.retainage + self.retainage_tax


_PARTS = tuple(one.name for one in fields(Amounts))
NOTHING = Amounts()


def total(parts: Iterable[Amounts]) -> Amounts:
    """The sum of lines, part by part."""
    return sum(parts, NOTHING)


def share(part: Decimal, whole: Decimal, amount: Decimal) -> Decimal:
    """The share of `amount` that goes with `part` of `whole`, rounded half up; the last part takes the rest.

    Of a line of 105.00 with tax 5.00, 104.50 take 4.98; the 0.50 that are left hold 0.02, and take all of it.
    Source: receivables, section 3.
    """
    if part == whole:
        return amount
    return round_cents(part * amount / whole) if whole else ZERO
