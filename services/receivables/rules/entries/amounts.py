"""The money of a line: amount, tax, retainage and finance charge, which are added and divided together."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal

from shared.values.fields import light
from shared.values.money import ZERO, round_cents

_NO_UNITS = Decimal("0.000")


@light
@dataclass(frozen=True, slots=True)
class Amounts:
    """The money of a line, in the company's currency, and its units. `amount` includes the other four amounts.

    `retainage` is the part of the net amount that is held back, and `retainage_tax` is the part of `tax` held back with
    it. `units` are those of the contract item or the material.
    """

    amount: Decimal = ZERO
    tax: Decimal = ZERO
    retainage: Decimal = ZERO
    retainage_tax: Decimal = ZERO
    finance_charge: Decimal = ZERO
    units: Decimal = _NO_UNITS

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(
            self.amount + other.amount,
            self.tax + other.tax,
            self.retainage + other.retainage,
            self.retainage_tax + other.retainage_tax,
            self.finance_charge + other.finance_charge,
            self.units + other.units,
        )

    def __neg__(self) -> "Amounts":
        return Amounts(*(-getattr(self, name) for name in _PARTS))

    def __sub__(self, other: "Amounts") -> "Amounts":
        return self + -other

    @property
    def net(self) -> Decimal:
        """What was charged: the amount without tax and finance charge. Retainage is a part of it."""
        return self.amount - self.tax - self.finance_charge

    @property
    def is_zero(self) -> bool:
        """Whether no money is in any part."""
        return not (self.amount or self.tax or self.held_back or self.retainage or self.finance_charge)

    @property
    def receivable(self) -> Decimal:
        """What posts to the AR account: the amount without what is held back and without the finance charge."""
        return self.amount - self.held_back - self.finance_charge

    @property
    def held_back(self) -> Decimal:
        """What posts to the retainage account: the retainage and its tax."""
        return self.retainage + self.retainage_tax


_PARTS = tuple(part.name for part in fields(Amounts))
NOTHING = Amounts()


def total(parts: Iterable[Amounts]) -> Amounts:
    """The sum of several amounts, part by part."""
    return sum(parts, NOTHING)


def share(part: Decimal, whole: Decimal, amount: Decimal) -> Decimal:
    """The share of `amount` that belongs to `part` of `whole`, rounded half up. The last part gets the rest.

    Example: on a line of 105.00 with tax 5.00, an amount of 104.50 has a tax of 4.98. The remaining 0.50 then gets the
    remaining tax of 0.02, because it is the whole of what is left. Source: receivables, section 3.
    """
    if part == whole:
        return amount
    return round_cents(part * amount / whole) if whole else ZERO
