"""Owns the quantities of an order: built-in ones, those that a company defines itself, and those derived from others."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from services.rating.errors import AmountTooLarge
from services.rating.records.quantities import Quantity
from services.rating.records.work_order_services import ServiceOutcome
from services.rating.records.work_orders import DAYS, ONE, QUANTITY_SOURCES, UNITS, QuantitySource
from services.rating.rules.loops import find_loops
from services.rating.rules.work_orders import WorkOrder
from shared.values.names import fold
from shared.values.numbers import plain
from shared.values.text import in_words

Definitions = Mapping[str, Quantity]
"""The quantities of the company by code; those that are retired are among them, because rate tables may still use them."""
NO_DEFINITIONS: Definitions = {}
HAND = "hand"
"""The quantity source of a line whose quantity was entered by hand."""
BASE = "base"
"""The quantity source of a line that is calculated from other lines."""
MOST_DEFINITIONS = 200
MOST_STEPS = 5
"""How many derived quantities can build on one another, so that none takes long to reckon."""
LARGEST_QUANTITY = Decimal("999999999.999")

_BUILT_IN = frozenset(QUANTITY_SOURCES)
_TAKEN = frozenset({*QUANTITY_SOURCES, *DAYS, ONE, HAND, BASE})
_SIGNS = {"difference": "−", "product": "×"}
_COUNTED = {"services": "services of the order", "stops": "addresses of services"}
_SINGLE, _NOTHING, _THOUSANDTH = Decimal(1), Decimal(0), Decimal("0.001")


def quantity_of(source: QuantitySource, order: WorkOrder, definitions: Definitions = NO_DEFINITIONS) -> Decimal | None:
    """The quantity of a line: 1 for `one`, or what was reported or is derived; None if it is not known.

    A derived quantity is not known without all of its parts, or if the second day is before the first. A difference below
    zero is 0; a product is rounded to three decimals. Example: 3 persons at 1 address are 2 extra persons; 1 person at 2
    addresses are 0. Source: trade, section 1.4. Raises AmountTooLarge.
    """
    if source == ONE:
        return _SINGLE
    if source in _BUILT_IN:
        reported: Decimal | None = getattr(order, source)
        return reported
    own = definitions.get(source)
    if own is None or own.derived is None or own.derived in _COUNTED:
        return order.quantities.get(source)
    return _derive(own, order, definitions)


def _derive(own: Quantity, order: WorkOrder, definitions: Definitions) -> Decimal | None:
    if own.derived == "days":
        begin, end = (getattr(order, day) for day in own.derived_from)
        return None if begin is None or end is None or end < begin else Decimal((end - begin).days)
    first, second = (quantity_of(part, order, definitions) for part in own.derived_from)
    if first is None or second is None:
        return None
    if own.derived == "difference":
        return max(first - second, _NOTHING)
    found = (first * second).quantize(_THOUSANDTH, rounding=ROUND_HALF_UP)
    if found > LARGEST_QUANTITY:
        raise AmountTooLarge(
            f"{own.code} comes to {found:,} for work order {order.number}, but a quantity must be at most "
            f"{LARGEST_QUANTITY:,}. Check {' and '.join(own.derived_from)}.",
            members={"quantity": own.code},
        )
    return found


def _formula(own: Quantity) -> str:
    """How a quantity is derived: `EXTRA_PERSONS = persons − STOPS`."""
    if own.derived in _COUNTED:
        return f"{own.code} = {_COUNTED[own.derived]}"
    first, second = own.derived_from
    if own.derived == "days":
        return f"{own.code} = days from {first} to {second}"
    return f"{own.code} = {first} {_SIGNS[own.derived or '']} {second}"


def explain_quantity(source: QuantitySource, order: WorkOrder, definitions: Definitions) -> str:
    """How a derived quantity came about, such as `EXTRA_PERSONS = persons − STOPS = 2: `; "" for any other."""
    own = definitions.get(source)
    if own is None or own.derived is None:
        return ""
    found = quantity_of(source, order, definitions)
    return "" if found is None else f"{_formula(own)} = {plain(found)}: "


def why_missing(source: QuantitySource, order: WorkOrder, definitions: Definitions) -> str:
    """Why there is nothing to charge for a quantity, such as `no miles in the proof of delivery`."""
    own = definitions.get(source)
    if own is None or own.derived is None:
        ordered = own is not None and own.entered_with == "order"
        return f"no {source} {'on the order' if ordered else 'in the proof of delivery'}"
    found = quantity_of(source, order, definitions)
    if found is not None:
        return f"{_formula(own)} = {plain(found)}"
    return f"{_formula(own)}, but {_what_lacks(own, order, definitions)}"


def _what_lacks(own: Quantity, order: WorkOrder, definitions: Definitions) -> str:
    if own.derived in _COUNTED:
        return "the order has no services"
    first, second = own.derived_from
    if own.derived != "days":
        lacking = next(part for part in (first, second) if quantity_of(part, order, definitions) is None)
        why = why_missing(lacking, order, definitions)
        part = definitions.get(lacking)
        return f"there is {why}" if part is None or part.derived is None else f"{lacking} is not known ({why})"
    lacking = next((day for day in (first, second) if getattr(order, day) is None), "")
    return f"the order has no {lacking}" if lacking else f"{second} is before {first}"


def names_in(source: QuantitySource, definitions: Definitions) -> set[str]:
    """A quantity with all those that it is derived from."""
    found: set[str] = set()
    front = [source]
    while front:
        name = front.pop()
        if name not in found:
            found.add(name)
            own = definitions.get(name)
            front += [] if own is None else own.derived_from
    return found


def reported_of(order: WorkOrder, definitions: Definitions) -> Iterator[tuple[str, Decimal | None]]:
    """The quantities that were reported for an order, built-in ones first, then the company's own."""
    for name in QUANTITY_SOURCES:
        yield name, getattr(order, name)
    for code, reported in order.quantities.items():
        own = definitions.get(code)
        if own is None or own.derived is None:
            yield code, reported


def definitions_used(sources: Iterable[str], definitions: Definitions) -> str:
    """A text that differs if the quantities with these names are derived in another way; "" if none is the company's own."""
    names = {name for source in sources for name in names_in(source, definitions)}
    used = [definitions[name] for name in sorted(names & definitions.keys())]
    return json.dumps([(own.code, own.derived, list(own.derived_from)) for own in used]) if used else ""


def units_of(definitions: Definitions) -> Mapping[str, str]:
    """How invoices write the unit of each quantity that has one."""
    return {**UNITS, **{code: own.unit for code, own in definitions.items() if own.unit}} if definitions else UNITS


def quantities_of(stored: Mapping[str, Any]) -> dict[str, Decimal]:
    """Reads quantities from the JSON document in which the database stores them, with three decimals."""
    return {code: Decimal(number).quantize(_THOUSANDTH) for code, number in stored.items()}


@dataclass(frozen=True)
class ServedPlace:
    """Where a service of an order is made, and its outcome."""

    work_order_id: int
    outcome: ServiceOutcome
    street: str
    city: str
    zip: str


def counts_services(definitions: Definitions) -> bool:
    """Whether the company has a quantity that counts the services of an order, or their addresses."""
    return any(own.derived in _COUNTED for own in definitions.values())


def with_counts(order: WorkOrder, places: Sequence[ServedPlace], definitions: Definitions) -> WorkOrder:
    """The order with the counts of its services among its quantities, as rating needs them.

    Services that were cancelled do not count. Two addresses are the same if they differ only in case, spaces, or the last
    four digits of the ZIP. Example: two persons at 12 Oak St and one at 9 Elm St are 3 services and 2 stops. An order without
    services has neither.
    """
    made = [place for place in places if place.outcome != "cancelled"]
    stops = {tuple(map(fold, (place.street, place.city, place.zip[:5]))) for place in made}
    counts = {"services": Decimal(len(made)), "stops": Decimal(len(stops))} if places else {}
    counted_codes = {code: own.derived for code, own in definitions.items() if own.derived in _COUNTED}
    reported = {code: number for code, number in order.quantities.items() if code not in counted_codes}
    found = {code: counts[derived] for code, derived in counted_codes.items() if derived in counts}
    return order.model_copy(update={"quantities": {**reported, **found}})


def find_faults_in_reported(
    reported: Iterable[str], definitions: Definitions, kept: Collection[str] = ()
) -> Iterator[tuple[str, str]]:
    """The quantities that cannot be reported for an order, as field and message. Those in `kept` it had before."""
    for code in reported:
        own = definitions.get(code)
        if code in kept:
            continue
        if own is None or own.retired_on is not None:
            yield f"quantities/{code}", f"there is no quantity {code}"
        elif own.derived is not None:
            yield f"quantities/{code}", f"{code} is derived; leave it out"


def find_unknown_parts(rows: Sequence[Quantity], saved: Definitions) -> Iterator[tuple[int, str, str]]:
    """The quantities that others are derived from and that do not exist, as index, field and message."""
    known = {**saved, **{row.code: row for row in rows if row.code is not None}}
    for index, row in enumerate(rows):
        for name in row.derived_from if row.derived in _SIGNS else ():
            own = known.get(name)
            if name not in _BUILT_IN and (own is None or own.retired_on is not None):
                yield index, "derived_from", f"there is no quantity {name}"


def find_faults_in_quantities(rows: Sequence[Quantity], saved: Definitions) -> Iterator[tuple[int, str, str]]:
    """What is wrong with quantities that are to be saved, as index, field and message; `saved` are those that exist.

    None may be derived from itself, even through others, and at most five may build on one another. Example: A = B × miles
    and B = A − pages depend on themselves.
    """
    together = {**saved, **{row.code: row for row in rows}}
    if len(together) > MOST_DEFINITIONS:
        yield len(rows) - 1, "code", f"a company can have at most {MOST_DEFINITIONS} quantities"
        return
    for index, row in enumerate(rows):
        if row.code.lower() in _TAKEN:
            yield index, "code", f"{row.code} is the name of something else in rate tables; choose another code"
        wrong = _fault_in_parts(row)
        if wrong is not None:
            yield index, "derived_from", wrong
    depends_on = {
        code: {name for name in own.derived_from if name in together}
        for code, own in together.items()
        if own.derived in _SIGNS
    }
    loops = dict(find_loops(depends_on))
    deep = _too_deep(depends_on, loops)
    for index, row in enumerate(rows):
        if row.code in loops:
            yield index, "derived_from", f"{row.code} depends on itself ({' → '.join(loops[row.code])})"
        elif row.code in deep:
            yield index, "derived_from", f"more than {MOST_STEPS} derived quantities build on one another"


def _fault_in_parts(row: Quantity) -> str | None:
    if row.derived in _SIGNS:
        if len(row.derived_from) != 2 or len({*row.derived_from}) != 2:
            return f"must be two different quantities for a {row.derived}, such as persons; servees"
    elif row.derived == "days":
        if len({*row.derived_from} & {*DAYS}) != 2:
            return f"must be two of {', '.join(DAYS)}, the earlier one first"
    elif row.derived_from:
        return (
            f"must be left out: {in_words(row.derived) + ' are counted' if row.derived else 'the quantity is reported'}"
        )
    return None


def _too_deep(depends_on: Mapping[str, Collection[str]], loops: Collection[str]) -> set[str]:
    """Those that are in a chain of too many derived quantities, loops apart."""
    chain = {code: {name for name in names if name in depends_on} for code, names in depends_on.items()}
    left = {code: names - {*loops} for code, names in chain.items() if code not in loops}
    below, above = _steps(left), _steps({code: {one for one in left if code in left[one]} for code in left})
    return {code for code in left if below[code] + above[code] - 1 > MOST_STEPS}


def _steps(next_ones: Mapping[str, Collection[str]]) -> dict[str, int]:
    """How many are in the longest chain that begins with each; there is no loop."""
    steps: dict[str, int] = {}
    while len(steps) < len(next_ones):
        ready = [code for code in next_ones if code not in steps and all(one in steps for one in next_ones[code])]
        steps |= {code: 1 + max((steps[one] for one in next_ones[code]), default=0) for code in ready}
    return steps
