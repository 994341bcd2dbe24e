"""Owns the amount of one line: pricing methods, tiers, bands, zones, minimum and maximum, and how it is explained."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal

from services.rating.errors import AmountTooLarge
from services.rating.records.work_orders import ONE, UNITS
from services.rating.rules.rate_tables import ANY, ProfileLine
from shared.values.money import LARGEST, is_too_large, round_cents
from shared.values.numbers import plain, quantity_words, rate_words

EXACT = Context(prec=60)
"""Multiplies rates and quantities exactly, so that only the finished amount is rounded."""

_ONE = Decimal(1)
_THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Priced:
    """The amount of a line, rounded half up to the cent once, with its unit price and the calculation as text.

    On an invoice it is `charged` units at the unit price, or else `reason` says how the customer can reckon it.
    """

    unit_rate: Decimal
    amount: Decimal
    calculation: str
    charged: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class _Unlimited:
    """An amount before minimum and maximum, which is not rounded yet.

    `words` are how it is reckoned, for the customer. `is_product` says that it is `charged` units at the rate, which the
    invoice shows without these words.
    """

    rate: Decimal
    amount: Decimal
    calculation: str
    charged: Decimal
    words: str
    is_product: bool = False


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
    line: ProfileLine,
    quantity: Decimal,
    *,
    times: Decimal | None = None,
    zone_rate: Decimal | None = None,
    units: Mapping[str, str] = UNITS,
) -> Priced:
    """The price of a line that does not depend on other lines, for a quantity greater than 0.

    - `flat`: the rate; if a quantity was entered by hand, rate × quantity.
    - `per_unit`: rate × units. 37.5 miles at 0.65 are 24.375, rounded to 24.38.
    - `tiered`: each unit at the rate of its tier. With 50, 10 and 5 for the first, second and others, 4 are 70.00.
    - `banded`: the amount of the band that contains the quantity. With 0 up to 49 pages and 10 up to 99, 60 are 10.00.
      An amount of 0.00 makes no line.
    - `zone`: the rate from one zone to the other × units.

    `times` multiplies the amount (per person and hour). Minimum and maximum are applied next, and rounding last. `units`
    are how invoices write the units of quantities. Source: rating, section 3.6. Raises AmountTooLarge.
    """
    if line.method == "tiered":
        found = _tiered(line, quantity)
    elif line.method == "banded":
        found = _banded(line, quantity, units)
    else:
        found = _product(line, quantity, zone_rate, units)
    if times is not None:
        unit = units.get(line.times_source or "", "")
        found = replace(
            found,
            amount=found.amount * times,
            calculation=f"{found.calculation} × {plain(times)} {line.times_source}",
            words=f"{found.words} × {quantity_words(times, unit)}",
            is_product=False,
        )
    return _limited(line, found)


def price_share(line: ProfileLine, base: Decimal) -> Priced:
    """The price of a line that depends on other lines, whose rounded amounts add up to `base`.

    `percent_of` is a percentage of the base: 10 % of 103.64 is 10.36. `multiplier` adds what is missing to factor ×
    base, rounded: × 2 on 25.00 adds 25.00. A factor below 1 takes off what is beyond it: 0.5 × 10.01 leaves 5.01, so
    5.00 is taken off. Source: rating, section 3.6. Raises AmountTooLarge.
    """
    names = ", ".join(line.base)
    if line.method == "percent_of":
        words = f"{plain(line.rate)}% of {base:,}"
        calculation = f"{plain(line.rate)} % of {base} ({names})"
        return _limited(line, _Unlimited(line.rate, base * line.rate / 100, calculation, base, words))
    whole = round_cents(base * line.rate)
    words = f"adds to {base} ({names})" if line.rate >= 1 else f"leaves {whole} of {base} ({names})"
    # Rounded to nothing, a deduction is still one: a minimum makes it larger.
    shown = f"{base:,} × {plain(line.rate)}, less the {base:,}"
    found = _Unlimited(line.rate, whole - base, f"× {plain(line.rate)} {words}", base, shown)
    return _limited(line, found, takes_off=base * (line.rate - 1) < 0)


def _describe_quantity(line: ProfileLine, quantity: Decimal) -> str:
    text = f"{plain(quantity)} {line.quantity_source}"
    if line.included_units:
        text += f" after {plain(line.included_units)} included"
    if line.unit_size != _ONE:
        text += f" in units of {plain(line.unit_size)}"
    return f"{text}, started units in full" if line.whole_units else text


def _product(
    line: ProfileLine, quantity: Decimal, zone_rate: Decimal | None, units_by_source: Mapping[str, str]
) -> _Unlimited:
    """A rate for the line or for each unit: `flat`, `per_unit` or `zone`."""
    unit = units_by_source.get(line.quantity_source, "")
    rate = line.rate if zone_rate is None else zone_rate
    if line.method == "flat":
        calculation = "flat" if quantity == _ONE else f"{plain(quantity)} × flat {plain(rate)}"
        return _Unlimited(rate, rate * quantity, calculation, quantity, _times(quantity, unit, rate), is_product=True)
    units = units_of(line, quantity)
    quantity_text = "" if line.quantity_source == ONE else f"{_describe_quantity(line, quantity)} "
    words, is_product = _times(units, unit, rate), True
    if line.unit_size != _ONE:
        size = f"in units of {quantity_words(line.unit_size, unit)}"
        started = ", started units in full" if line.whole_units else ""
        words, is_product = f"{_times(units, '', rate)}, {size}{started}", False
    return _Unlimited(rate, rate * units, f"{quantity_text}at {plain(rate)}", units, words, is_product)


def _times(quantity: Decimal, unit: str, rate: Decimal) -> str:
    return f"{quantity_words(_shown(quantity), unit)} × {rate_words(rate)}"


def _shown(quantity: Decimal) -> Decimal:
    """With the three decimals that a quantity has in documents."""
    return quantity.quantize(_THOUSANDTH, rounding=ROUND_HALF_UP)


def _tiered(line: ProfileLine, quantity: Decimal) -> _Unlimited:
    """The sum of all tiers that are reached, and the rate of the last of them."""
    units = units_of(line, quantity)
    rate, amount, lower = Decimal(0), Decimal(0), Decimal(0)
    parts, shown = [], []
    for step in line.steps:
        if units <= lower:
            break
        inside = (units if step.up_to is None else min(units, step.up_to)) - lower
        rate = step.rate
        amount += step.amount + step.rate * inside
        fixed = f" and {plain(step.amount)}" if step.amount else ""
        parts.append(f"{plain(inside)} at {plain(step.rate)}{fixed}")
        shown.append(f"{quantity_words(_shown(inside))} at {rate_words(step.rate or step.amount)}")
        if step.rate and step.amount:
            shown[-1] += f" and {rate_words(step.amount)}"
        lower += inside
    calculation = f"{_describe_quantity(line, quantity)}: {', '.join(parts) or 'nothing to charge'}"
    return _Unlimited(rate, amount, calculation, units, ", ".join(shown))


def _banded(line: ProfileLine, quantity: Decimal, units_by_source: Mapping[str, str]) -> _Unlimited:
    """The price of the band that contains the quantity. The last one has no end, so there always is one."""
    units = units_of(line, quantity)
    band = next(step for step in line.steps if step.up_to is None or units <= step.up_to)
    where = "the last band" if band.up_to is None else f"the band up to {plain(band.up_to)}"
    amount = band.amount + band.rate * units
    unit = units_by_source.get(line.quantity_source, "")
    until = "" if band.up_to is None else f" up to {quantity_words(band.up_to, unit)}"
    words = f"{rate_words(band.amount)}{until}" if band.amount else ""
    if band.rate:
        words += f"{' and ' if words else ''}{_times(units, unit, band.rate)}{'' if band.amount else until}"
    calculation = f"{_describe_quantity(line, quantity)}, in {where}"
    return _Unlimited(band.amount or band.rate, amount, calculation, units, words)


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


def _limited(line: ProfileLine, found: _Unlimited, *, takes_off: bool = False) -> Priced:
    """Applies minimum and maximum to the size of the amount, which keeps its sign, and then rounds.

    Example: a deduction of 3.00 with a minimum of 5.00 is −5.00. `takes_off` says that an amount of 0 is a deduction.
    """
    amount, calculation = found.amount, found.calculation
    sign = -1 if amount < 0 or (not amount and takes_off) else 1
    limit = ""
    if line.minimum is not None and abs(amount) < line.minimum:
        amount, limit = sign * line.minimum, f", at least {round_cents(line.minimum):,}"
    if line.maximum is not None and abs(amount) > line.maximum:
        amount, limit = sign * line.maximum, f", at most {round_cents(line.maximum):,}"
    refuse_too_large(amount, line.billing_item)
    rounded = round_cents(amount)
    calculation = f"flat {rounded}" if calculation + limit == "flat" else f"{calculation}{limit} = {rounded}"
    reason = f"{found.words} = {round_cents(found.amount):,}{limit}" if limit else found.words
    return Priced(
        found.rate, rounded, calculation, _shown(found.charged), reason if limit or not found.is_product else ""
    )


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
