"""Owns the amount of one line: pricing methods, tiers, bands, zones, minimum and maximum, and how it is explained."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Context, Decimal

from services.rating.errors import AmountTooLarge
from services.rating.records.work_orders import ONE
from services.rating.rules.rate_tables import ANY, ProfileLine
from shared.values.money import LARGEST, is_too_large, round_cents
from shared.values.numbers import plain

EXACT = Context(prec=60)
"""Multiplies rates and quantities exactly, so that only the finished amount is rounded."""

_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Priced:
    """The amount of a line, rounded half up to the cent once, with its unit price and the calculation as text."""

    unit_rate: Decimal
    amount: Decimal
    calculation: str


def units_of(line: ProfileLine, quantity: Decimal) -> Decimal:
    """How many units are charged: the quantity less the included part, divided by the unit size.

    With `whole_units`, a started unit counts in full. Example: 20 waiting minutes, 5 included, in units of 15 minutes
    are 1 unit; 21 minutes with whole units are 2 units. Source: rating, section 3.6.
    """
    beyond = max(quantity - line.included_units, Decimal(0))
    if line.whole_units:
        full, rest = divmod(beyond, line.unit_size)
        return full + 1 if rest else full
    return beyond if line.unit_size == _ONE else beyond / line.unit_size


def price_line(
    line: ProfileLine, quantity: Decimal, *, times: Decimal | None = None, zone_rate: Decimal | None = None
) -> Priced:
    """The price of a line that does not depend on other lines, for a quantity greater than 0.

    - `flat`: the rate; if a quantity was entered by hand, rate × quantity.
    - `per_unit`: rate × units. 37.5 miles at 0.65 are 24.375, rounded to 24.38.
    - `tiered`: each unit at the rate of its tier. With 50, 10 and 5 for the first, second and others, 4 are 70.00.
    - `banded`: the amount of the band that contains the quantity. With 0 up to 49 pages and 10 up to 99, 60 are 10.00.
      An amount of 0.00 makes no line.
    - `zone`: the rate from one zone to the other × units.

    `times` multiplies the amount (per person and hour). Minimum and maximum are applied next, and rounding last.
    Source: rating, section 3.6. Raises AmountTooLarge.
    """
    if line.method == "flat":
        rate, amount = line.rate, line.rate * quantity
        calculation = "flat" if quantity == _ONE else f"{plain(quantity)} × flat {plain(rate)}"
    elif line.method == "tiered":
        rate, amount, calculation = _tiered(line, quantity)
    elif line.method == "banded":
        rate, amount, calculation = _banded(line, quantity)
    else:
        rate = line.rate if zone_rate is None else zone_rate
        amount = rate * units_of(line, quantity)
        quantity_text = "" if line.quantity_source == ONE else f"{_describe_quantity(line, quantity)} "
        calculation = f"{quantity_text}at {plain(rate)}"
    if times is not None:
        amount *= times
        calculation += f" × {plain(times)} {line.times_source}"
    return _limited(line, rate, amount, calculation)


def price_share(line: ProfileLine, base: Decimal) -> Priced:
    """The price of a line that depends on other lines, whose rounded amounts add up to `base`.

    `percent_of` is a percentage of the base: 10 % of 103.64 is 10.36. `multiplier` adds what is missing to factor ×
    base, rounded: × 2 on 25.00 adds 25.00. A factor below 1 takes off what is beyond it: 0.5 × 10.01 leaves 5.01, so
    5.00 is taken off. Source: rating, section 3.6. Raises AmountTooLarge.
    """
    names = ", ".join(line.base)
    if line.method == "percent_of":
        return _limited(line, line.rate, base * line.rate / 100, f"{plain(line.rate)} % of {base} ({names})")
    whole = round_cents(base * line.rate)
    words = f"adds to {base} ({names})" if line.rate >= 1 else f"leaves {whole} of {base} ({names})"
    # Rounded to nothing, a deduction is still one: a minimum makes it larger.
    return _limited(
        line, line.rate, whole - base, f"× {plain(line.rate)} {words}", takes_off=base * (line.rate - 1) < 0
    )


def _describe_quantity(line: ProfileLine, quantity: Decimal) -> str:
    text = f"{plain(quantity)} {line.quantity_source}"
    if line.included_units:
        text += f" after {plain(line.included_units)} included"
    if line.unit_size != _ONE:
        text += f" in units of {plain(line.unit_size)}"
    return f"{text}, started units in full" if line.whole_units else text


def _tiered(line: ProfileLine, quantity: Decimal) -> tuple[Decimal, Decimal, str]:
    """Returns the rate of the last tier reached, the amount, and the calculation as text."""
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
    return rate, amount, f"{_describe_quantity(line, quantity)}: {', '.join(parts) or 'nothing to charge'}"


def _banded(line: ProfileLine, quantity: Decimal) -> tuple[Decimal, Decimal, str]:
    """Returns the price of the band, the amount, and the calculation as text.

    The last band has no end, so one band always contains the quantity.
    """
    units = units_of(line, quantity)
    band = next(step for step in line.steps if step.up_to is None or units <= step.up_to)
    where = "the last band" if band.up_to is None else f"the band up to {plain(band.up_to)}"
    amount = band.amount + band.rate * units
    return band.amount or band.rate, amount, f"{_describe_quantity(line, quantity)}, in {where}"


def zone_rate_of(line: ProfileLine, from_zone: str | None, to_zone: str | None) -> Decimal | None:
    """The rate from one zone to another, or None. `ANY` matches every ZIP, but a named zone takes precedence."""
    rates: Mapping[tuple[str, str], Decimal] = {
        (zone_rate.from_zone, zone_rate.to_zone): zone_rate.rate for zone_rate in line.zones
    }
    for begin in (from_zone, ANY):
        for end in (to_zone, ANY):
            if begin is not None and end is not None and (begin, end) in rates:
                return rates[begin, end]
    return None


def _limited(line: ProfileLine, rate: Decimal, amount: Decimal, calculation: str, *, takes_off: bool = False) -> Priced:
    """Applies minimum and maximum to the size of the amount, which keeps its sign, and then rounds.

    Example: a deduction of 3.00 with a minimum of 5.00 is −5.00. `takes_off` says that an amount of 0 is a deduction.
    """
    sign = -1 if amount < 0 or (not amount and takes_off) else 1
    if line.minimum is not None and abs(amount) < line.minimum:
        amount, calculation = sign * line.minimum, f"{calculation}, at least {round_cents(line.minimum)}"
    if line.maximum is not None and abs(amount) > line.maximum:
        amount, calculation = sign * line.maximum, f"{calculation}, at most {round_cents(line.maximum)}"
    refuse_too_large(amount, line.billing_item)
    rounded = round_cents(amount)
    return Priced(rate, rounded, f"flat {rounded}" if calculation == "flat" else f"{calculation} = {rounded}")


def refuse_too_large(amount: Decimal, billing_item: str) -> None:
    """Raises AmountTooLarge for an amount that no line can have."""
    if is_too_large(amount):
        raise AmountTooLarge(
            f"{billing_item} comes to {amount:,.2f}, but a line must be at most {LARGEST:,}. "
            "Check its quantity and rate.",
            members={"billing_item": billing_item},
        )


def refuse_too_large_order(total: Decimal, number: str) -> None:
    """Raises AmountTooLarge for an order whose lines add up to more than a document can have."""
    if is_too_large(total):
        raise AmountTooLarge(
            f"Work order {number} comes to {total:,.2f}, but an order must be at most {LARGEST:,}. "
            "Check its lines, or enter it as several orders."
        )
