"""Owns what one line costs: the methods, tiers, bands and zones, minimum and maximum, and the calculation in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal

from services.rating.errors import AmountTooLarge
from services.rating.records.work_orders import ONE
from services.rating.rules.rate_tables import ANY, ProfileLine
from shared.values.money import round_cents
from shared.values.numbers import plain

EXACT = Context(prec=60)
"""Rates and quantities multiply without loss: the only rounding is that of the finished amount."""

_ONE = Decimal(1)
_MOST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Priced:
    """The amount of a line, rounded half up to the cent once, the price of the unit it rests on, and how it came about."""

    unit_rate: Decimal
    amount: Decimal
    words: str


def units_of(line: ProfileLine, quantity: Decimal) -> Decimal:
    """How many units are charged: beyond the included ones, in the size of a unit, started ones in full if so agreed.

    Example: 20 waiting minutes, 5 included, units of 15 minutes: 1 unit; 21 minutes with started units in full: 2.
    """
    beyond = max(quantity - line.included_units, Decimal(0))
    if line.whole_units:
        full, rest = divmod(beyond, line.unit_size)
        return full + 1 if rest else full
    return beyond if line.unit_size == _ONE else beyond / line.unit_size


def price_line(
    line: ProfileLine, quantity: Decimal, *, times: Decimal | None = None, zone_rate: Decimal | None = None
) -> Priced:
    """The price of a line that does not depend on others, for a quantity greater than 0.

    - `flat`: the rate. With a quantity by hand, that many times.
    - `per_unit`: rate × units. 37.5 miles at 0.65 are 24.375, so 24.38.
    - `tiered`: each unit at the rate of its tier. 50, 10 and 5 for the first, second and each further: 4 are 70.00.
    - `banded`: the amount of the band that holds the quantity. Up to 49 pages 0, up to 99 10: 60 pages are 10.00.
    - `zone`: the rate from the one zone to the other × units.

    `times` multiplies the amount (per person and hour). Then come minimum and maximum, then the rounding.
    Source: rating, section 3.6. Raises AmountTooLarge.
    """
    if line.method == "flat":
        rate, amount = line.rate, line.rate * quantity
        words = "flat" if quantity == _ONE else f"{plain(quantity)} × flat {plain(rate)}"
    elif line.method == "tiered":
        rate, amount, words = _tiered(line, quantity)
    elif line.method == "banded":
        rate, amount, words = _banded(line, quantity)
    else:
        rate = line.rate if zone_rate is None else zone_rate
        amount = rate * units_of(line, quantity)
        counted = "" if line.quantity_source == ONE else f"{_quantity_words(line, quantity)} "
        words = f"{counted}at {plain(rate)}"
    if times is not None:
        amount *= times
        words += f" × {plain(times)} {line.times_source}"
    return _limited(line, rate, amount, words)


def price_share(line: ProfileLine, base: Decimal) -> Priced:
    """The price of a line that depends on others, whose rounded amounts add up to `base`.

    `percent_of`: the percentage of the base. `multiplier`: adds (factor − 1) × base: base 25.00, ×2, adds 25.00.
    Source: rating, section 3.6.
    """
    names = ", ".join(line.base)
    if line.method == "percent_of":
        return _limited(line, line.rate, base * line.rate / 100, f"{plain(line.rate)} % of {base} ({names})")
    return _limited(line, line.rate, base * (line.rate - 1), f"× {plain(line.rate)} adds to {base} ({names})")


def _quantity_words(line: ProfileLine, quantity: Decimal) -> str:
    words = f"{quantity:f} {line.quantity_source}"
    if line.included_units:
        words += f" after {plain(line.included_units)} included"
    if line.unit_size != _ONE:
        words += f" in units of {plain(line.unit_size)}"
    return f"{words}, started units in full" if line.whole_units else words


def _tiered(line: ProfileLine, quantity: Decimal) -> tuple[Decimal, Decimal, str]:
    """Rate of the last tier reached, amount, words."""
    units = units_of(line, quantity)
    rate, amount, lower, parts = Decimal(0), Decimal(0), Decimal(0), []
    for step in line.steps:
        if units <= lower:
            break
        inside = (units if step.up_to is None else min(units, step.up_to)) - lower
        rate = step.rate
        amount += step.amount + step.rate * inside
        fixed = f" and {plain(step.amount)}" if step.amount else ""
        parts.append(f"{plain(inside)} at {plain(step.rate)}{fixed}")
        lower += inside
    return rate, amount, f"{_quantity_words(line, quantity)}: {', '.join(parts) or 'none to charge'}"


def _banded(line: ProfileLine, quantity: Decimal) -> tuple[Decimal, Decimal, str]:
    """Price that the band names, amount, words. The last band is open, so one always holds the quantity."""
    units = units_of(line, quantity)
    band = next(step for step in line.steps if step.up_to is None or units <= step.up_to)
    where = "the last band" if band.up_to is None else f"the band up to {plain(band.up_to)}"
    amount = band.amount + band.rate * units
    return band.amount or band.rate, amount, f"{_quantity_words(line, quantity)}, in {where}"


def zone_rate_of(line: ProfileLine, from_zone: str | None, to_zone: str | None) -> Decimal | None:
    """The rate from one zone to another; `ANY` in the matrix fits every ZIP, a named zone comes first."""
    rates: Mapping[tuple[str, str], Decimal] = {(one.from_zone, one.to_zone): one.rate for one in line.zones}
    for begin in (from_zone, ANY):
        for end in (to_zone, ANY):
            if begin is not None and end is not None and (begin, end) in rates:
                return rates[begin, end]
    return None


def _limited(line: ProfileLine, rate: Decimal, amount: Decimal, words: str) -> Priced:
    """Minimum and maximum, then the rounding."""
    if line.minimum is not None and amount < line.minimum:
        amount, words = line.minimum, f"{words}, at least {line.minimum}"
    if line.maximum is not None and amount > line.maximum:
        amount, words = line.maximum, f"{words}, at most {line.maximum}"
    require_fitting(amount, line.billing_item)
    rounded = round_cents(amount)
    return Priced(rate, rounded, f"flat {rounded}" if words == "flat" else f"{words} = {rounded}")


def require_fitting(amount: Decimal, billing_item: str) -> None:
    """Refuses what no invoice could carry."""
    if abs(amount) >= _MOST:
        raise AmountTooLarge(
            f"{billing_item} comes to {amount:.2e}; a line holds less than {_MOST:,f}. See its quantity and rate.",
            members={"billing_item": billing_item},
        )
