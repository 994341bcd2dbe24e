"""Owns the entry of a rate table: what may be saved, and which field is wrong when it may not."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from decimal import Decimal

from pydantic import Field

from services.rating.records.billing_profiles import Key, LineEntry, ProfileEntry
from services.rating.records.notation import Step, ZoneRate
from services.rating.records.work_orders import ONE, QUANTITY_SOURCES
from services.rating.rules.commission_terms import faults_in_terms
from services.rating.rules.rate_tables import ANY, BASE_WORDS, DEPENDENT, RateTable
from shared.values.filters import Filter
from shared.values.text import CodeText, Line

Known = Mapping[str, AbstractSet[str]]
FieldFault = tuple[str, str]
"""A field and what is wrong with it."""


_STEPPED = frozenset({"tiered", "banded"})


class ProfileFilter(Filter):
    """Which profiles a list shows: any of the five values, a date on which it is in force, and a word."""

    branch: CodeText | None = None
    customer_type: CodeText | None = None
    priority: CodeText | None = None
    job_type: CodeText | None = None
    region: CodeText | None = None
    on: date | None = None
    search: Line | None = Field(default=None, description="Part of the source, a billing item, bill type or comment.")


def faults_in_line(line: LineEntry, known: Known) -> list[FieldFault]:
    """What is wrong with one line of a profile, by field."""
    return [
        *_faults_in_references(line, known),
        *_faults_in_numbers(line),
        *_faults_of_method(line),
        *faults_in_terms(line),
        *(_faults_in_steps(line.steps) if line.method in _STEPPED else ()),
        *(_faults_in_zones(line.zones, known) if line.method == "zone" else ()),
    ]


def _faults_in_references(line: LineEntry, known: Known) -> Iterator[FieldFault]:
    if line.billing_item not in known["billing_item"]:
        yield "billing_item", f"there is no billing item {line.billing_item}"
    if (line.bill_type is not None) != (line.mode == "triggered"):
        yield "bill_type", "belongs to a triggered line, and to no other"
    elif line.bill_type is not None and line.bill_type not in known["bill_type"]:
        yield "bill_type", f"there is no bill type {line.bill_type}"


def _faults_in_numbers(line: LineEntry) -> Iterator[FieldFault]:
    for name in ("rate", "included_units", "minimum", "maximum"):
        value: Decimal | None = getattr(line, name)
        if value is not None and value < 0:
            yield name, "must not be negative"
    if line.unit_size <= 0:
        yield "unit_size", "must be greater than 0"
    if line.minimum is not None and line.maximum is not None and line.minimum > line.maximum:
        yield "maximum", f"must not be less than the minimum, {line.minimum}"


def _faults_of_method(line: LineEntry) -> Iterator[FieldFault]:
    """Fields that the method needs and lacks, or has no use for."""
    counted = line.included_units or line.unit_size != 1 or line.whole_units or line.times_source is not None
    if line.method in {"flat", *DEPENDENT} and (line.quantity_source != ONE or counted):
        yield "method", f"a {line.method} line has no quantity and no included units"
    elif line.quantity_source not in QUANTITY_SOURCES and not (
        line.method in {"flat", "zone", *DEPENDENT} and line.quantity_source == ONE
    ):
        yield "quantity_source", f"must be one of {', '.join(QUANTITY_SOURCES)}"
    if line.times_source is not None and line.times_source not in QUANTITY_SOURCES:
        yield "times_source", f"must be one of {', '.join(QUANTITY_SOURCES)}"
    for name, methods in (("steps", _STEPPED), ("zones", {"zone"}), ("base", DEPENDENT)):
        given = bool(getattr(line, name))
        if given and line.method not in methods:
            yield name, f"a {line.method} line has no {name}"
        elif not given and line.method in methods:
            yield name, f"a {line.method} line needs them: {_WANTED[name]}"
    if line.rate is None and line.method not in {*_STEPPED, "zone"}:
        yield "rate", f"a {line.method} line needs one"
    if line.rate and line.method in {*_STEPPED, "zone"}:
        yield "rate", f"the rates of a {line.method} line stand in its {'zones' if line.method == 'zone' else 'steps'}"


_WANTED = {
    "steps": "from the first unit on, the last one open",
    "zones": "a rate for each pair of zones",
    "base": f"billing items, or {' or '.join(BASE_WORDS)}",
}


def _smallest_unit(*numbers: Decimal) -> Decimal:
    """One unit of the last place in which the numbers are written, at most 1: 49 and 50 → 1, 1.99 and 2 → 0.01."""
    exponents = [exponent for number in numbers if isinstance(exponent := number.normalize().as_tuple().exponent, int)]
    return Decimal(1).scaleb(min(0, *exponents))


def _faults_in_steps(steps: Sequence[Step]) -> Iterator[FieldFault]:
    """Tiers and bands cover every quantity once: from 0 or 1 on, without hole or overlap, the last one open.

    Bands that say where they begin are held to it: up to 49 must be followed by one from 49 or from 50.
    """
    lower: Decimal | None = None
    for number, step in enumerate(steps, start=1):
        last = number == len(steps)
        if step.rate < 0 or step.amount < 0:
            yield "steps", f"step {number} must not be negative"
        if step.begin is not None:
            yield from _fault_in_begin(number, step.begin, lower)
        if step.up_to is None:
            if not last:
                yield "steps", f"step {number} is open, so nothing can come after it: give it an up_to"
        elif last:
            yield "steps", f"nothing covers more than {step.up_to}: leave out the up_to of the last step"
        elif step.up_to <= (lower or 0):
            yield "steps", f"step {number} ends at {step.up_to}, which is not after {lower or 0}"
        lower = step.up_to


def _fault_in_begin(number: int, begin: Decimal, lower: Decimal | None) -> Iterator[FieldFault]:
    if lower is None:
        if number == 1 and begin not in {0, 1} and begin != _smallest_unit(begin):
            yield "steps", f"nothing covers less than {begin}: begin with a step up to that, of amount 0 if it is free"
        return
    if begin < lower:
        yield "steps", f"step {number} begins at {begin}, inside the one before, which ends at {lower}"
    elif begin - lower not in {Decimal(0), _smallest_unit(begin, lower)}:
        yield "steps", f"a hole: nothing covers the quantities between {lower} and {begin}"


def _faults_in_zones(zones: Sequence[ZoneRate], known: Known) -> Iterator[FieldFault]:
    seen: set[tuple[str, str]] = set()
    for one in zones:
        pair = (one.from_zone, one.to_zone)
        for zone in pair:
            if zone != ANY and zone not in known["zone"]:
                yield "zones", f"there is no zone {zone}"
        if one.rate < 0:
            yield "zones", f"from {pair[0]} to {pair[1]}: must not be negative"
        if pair in seen:
            yield "zones", f"from {pair[0]} to {pair[1]} stands there twice"
        seen.add(pair)


def faults_in_lines(lines: Sequence[LineEntry], known: Known) -> list[tuple[int, str, str]]:
    """What is wrong with the lines of a profile: index, field, words; also where lines rest on themselves."""
    faults = [(index, *fault) for index, line in enumerate(lines) for fault in faults_in_line(line, known)]
    rests_on: list[set[int]] = []
    for index, line in enumerate(lines):
        rests_on.append(set())
        for name in line.base if line.method in DEPENDENT else ():
            found, wrong = _lines_named(name, lines)
            rests_on[index] |= found
            if wrong is not None:
                faults.append((index, "base", wrong))
    for index, circle in _circles(rests_on):
        shown = " → ".join(str(one + 1) for one in circle)
        hint = "" if len(circle) > 2 else f"; name the line meant by its number, like #{index + 1 if index else 2}"
        faults.append((index, "base", f"the line is a share of itself (lines {shown}){hint}"))
    return sorted(faults, key=lambda fault: fault[0])


def _lines_named(name: str, lines: Sequence[LineEntry]) -> tuple[set[int], str | None]:
    """Which lines a base names, by index, and what is wrong with it."""
    if name in BASE_WORDS:
        return set(), None
    if name.startswith("#"):
        number = name[1:]
        if not (number.isascii() and number.isdigit() and 1 <= int(number) <= len(lines)):
            return set(), f"there is no line {name}; the profile has {len(lines)}"
        return {int(number) - 1}, None
    found = {index for index, line in enumerate(lines) if line.billing_item == name}
    if found:
        return found, None
    return set(), f"no line of this profile is {name}; name a billing item of it, #2 for its second line, or {_BASES}"


_BASES = ", ".join(BASE_WORDS)


def _circles(rests_on: Sequence[AbstractSet[int]]) -> Iterator[tuple[int, list[int]]]:
    """Each line that rests on itself, with the shortest way back to it."""
    for start in range(len(rests_on)):
        came_from: dict[int, int] = {}
        front = [start]
        while front and start not in came_from:
            following = []
            for one in front:
                for other in sorted(rests_on[one]):
                    if other not in came_from:
                        came_from[other] = one
                        following.append(other)
            front = following
        if start in came_from:
            circle = [start]
            while len(circle) == 1 or circle[-1] != start:
                circle.append(came_from[circle[-1]])
            yield start, circle[::-1]


def unknown_in_key(key: Key, known: Known) -> list[FieldFault]:
    """The values of a profile's key that do not exist, by field; `ANY` may stand everywhere but in the branch."""
    wrong = []
    for name, value in vars(key).items():
        if value == ANY:
            if name == "branch":
                wrong.append((name, "a profile belongs to one branch; ANY is not allowed here"))
        elif value not in known[name]:
            wrong.append((name, f"there is no {name.replace('_', ' ')} {value}"))
    return wrong


def overlapping(
    entries: Sequence[ProfileEntry], table: RateTable, *, replaces: int | None = None
) -> list[tuple[int, str, str]]:
    """The entries (index, field, words) that would be in force at the same time as another profile of the same key.

    Two profiles of one key may follow one another, never overlap; since the values that a profile leaves open belong to
    its key, two equally specific ones never fit the same order. `replaces` is the profile that is being changed.
    Source: rating, section 3.2.
    """
    wrong = []
    taken: dict[Key, list[tuple[date, date | None]]] = {}
    for index, entry in enumerate(entries):
        last = entry.effective_to or date.max
        if last < entry.effective_from:
            wrong.append((index, "effective_to", f"lies before effective_from, {entry.effective_from}"))
            continue
        if entry.key not in taken:
            periods = table.profiles.get(entry.key)
            saved = () if periods is None else periods.profiles
            taken[entry.key] = [(one.effective_from, one.effective_to) for one in saved if one.id != replaces]
        for begin, end in taken[entry.key]:
            if begin <= last and entry.effective_from <= (end or date.max):
                words = f"overlaps the profile of the same key in force {begin} to {end or 'further notice'}"
                wrong.append((index, "effective_from", words))
                break
        taken[entry.key].append((entry.effective_from, entry.effective_to))
    return wrong
