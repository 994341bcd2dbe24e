"""Owns which billing profiles can be saved, and which fields are wrong if one cannot."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from decimal import Decimal

from pydantic import Field

from services.rating.records.billing_profiles import Key, LineEntry, LinePrice, ProfileEntry
from services.rating.records.notation import Step, ZoneRate
from services.rating.records.work_orders import ONE, QUANTITY_SOURCES
from services.rating.rules.commission_terms import find_faults_in_terms
from services.rating.rules.loops import find_loops
from services.rating.rules.rate_tables import ANY, BASE_WORDS, DEPENDENT, RateTable
from shared.values.dates import CalendarDate
from shared.values.filters import Filter
from shared.values.numbers import counted
from shared.values.text import CodeText, Line, in_words

Known = Mapping[str, AbstractSet[str]]
FieldFault = tuple[str, str]
"""A field and what is wrong with it, like ("rate", "must not be negative")."""


_STEPPED = frozenset({"tiered", "banded"})


class ProfileFilter(Filter):
    """Filters profiles by any of the five key values, by a date in force, and by text."""

    branch: CodeText | None = None
    customer_type: CodeText | None = None
    priority: CodeText | None = None
    job_type: CodeText | None = None
    region: CodeText | None = None
    on: CalendarDate | None = None
    search: Line | None = Field(
        default=None, description="Text in the source, a billing item, a bill type or a comment."
    )


def spell(line: LineEntry, spelled: Mapping[str, str]) -> LineEntry:
    """The line with the names of billing items in its own spelling; `spelled` are those that are given in another."""
    changes: dict[str, object] = {
        "billing_item": spelled.get(line.billing_item, line.billing_item),
        "base": tuple(spelled.get(name, name) for name in line.base),
    }
    return line.model_copy(update=changes)


def find_faults_in_line(line: LineEntry, known: Known) -> list[FieldFault]:
    """What is wrong with one line of a profile, by field, looking at nothing but the line itself."""
    return [
        *_faults_in_references(line, known),
        *_faults_in_numbers(line),
        *_faults_of_method(line, known["quantity"]),
        *find_faults_in_terms(line),
        *(_faults_in_steps(line.steps) if line.method in _STEPPED else ()),
        *(_faults_in_zones(line.zones, known) if line.method == "zone" else ()),
    ]


def find_unknown_in_line(line: LinePrice, known: Known) -> list[FieldFault]:
    """The names in a line that do not exist, for a line or a profile that is invalid in other fields."""
    return [
        *_unknown("billing_item", line.billing_item, known),
        *_unknown("bill_type", line.bill_type, known),
        *(
            (name, f"there is no quantity {source}")
            for name in ("quantity_source", "times_source")
            for source in own_sources([getattr(line, name)])
            if source not in known["quantity"]
        ),
        *dict.fromkeys(_unknown_zones(line.zones, known)),
    ]


def own_sources(sources: Iterable[str | None]) -> set[str]:
    """Those of the quantity sources that are not built in."""
    return {source for source in sources if source is not None and source not in {ONE, *QUANTITY_SOURCES}}


def _unknown(name: str, value: str | None, known: Known) -> list[FieldFault]:
    return [] if value is None or value in known[name] else [(name, f"there is no {in_words(name)} {value}")]


def _unknown_zones(zones: Sequence[ZoneRate], known: Known) -> Iterator[FieldFault]:
    for rate in zones:
        for zone in (rate.from_zone, rate.to_zone):
            if zone != ANY:
                yield from (("zones", detail) for _, detail in _unknown("zone", zone, known))


def _faults_in_references(line: LineEntry, known: Known) -> Iterator[FieldFault]:
    yield from _unknown("billing_item", line.billing_item, known)
    if (line.bill_type is not None) != (line.mode == "triggered"):
        yield "bill_type", "is required for a triggered line, and not allowed for any other"
    else:
        yield from _unknown("bill_type", line.bill_type, known)


def _faults_in_numbers(line: LineEntry) -> Iterator[FieldFault]:
    for name in ("rate", "included_units", "minimum", "maximum"):
        value: Decimal | None = getattr(line, name)
        if value is not None and value < 0:
            yield name, "must not be negative"
    if line.unit_size <= 0:
        yield "unit_size", "must be greater than 0"
    if line.minimum is not None and line.maximum is not None and line.minimum > line.maximum:
        yield "maximum", f"must not be less than the minimum, {line.minimum}"


def _faults_of_method(line: LineEntry, own: AbstractSet[str]) -> Iterator[FieldFault]:
    """Fields that the method needs but are missing, or that it does not use. `own` are quantities of the company."""
    sources = (*QUANTITY_SOURCES, *sorted(own))
    in_units = line.included_units or line.unit_size != 1 or line.whole_units or line.times_source is not None
    if line.method in {"flat", *DEPENDENT} and (line.quantity_source != ONE or in_units):
        yield "method", f"a {line.method} line cannot have a quantity source, units or included units"
    elif line.quantity_source not in sources and not (
        line.method in {"flat", "zone", *DEPENDENT} and line.quantity_source == ONE
    ):
        yield "quantity_source", f"must be one of {', '.join(sources)}"
    if line.times_source is not None and line.times_source not in sources:
        yield "times_source", f"must be one of {', '.join(sources)}"
    for name, methods in (("steps", _STEPPED), ("zones", {"zone"}), ("base", DEPENDENT)):
        given = bool(getattr(line, name))
        if given and line.method not in methods:
            yield name, f"a {line.method} line cannot have {name}"
        elif not given and line.method in methods:
            yield name, f"a {line.method} line needs {name}: {_HINTS[name]}"
    if line.rate is None and line.method not in {*_STEPPED, "zone"}:
        yield "rate", f"a {line.method} line needs a rate"
    if line.rate and line.method in {*_STEPPED, "zone"}:
        place = "zones" if line.method == "zone" else "steps"
        yield "rate", f"must be left out: the rates of a {line.method} line are in its {place}"


_HINTS = {
    "steps": "from the first unit on, and the last one without an up_to",
    "zones": "a rate for each pair of zones",
    "base": f"billing items, or {' or '.join(BASE_WORDS)}",
}


def _smallest_unit(*numbers: Decimal) -> Decimal:
    """One unit of the last decimal place in which the numbers are written, at most 1.

    Example: 49 and 50 → 1; 1.99 and 2 → 0.01.
    """
    exponents = [exponent for number in numbers if isinstance(exponent := number.normalize().as_tuple().exponent, int)]
    return Decimal(1).scaleb(min(0, *exponents))


def _faults_in_steps(steps: Sequence[Step]) -> Iterator[FieldFault]:
    """Steps must cover every quantity exactly once: from 0 or 1 on, without gaps or overlaps, the last one without end.

    If a step says where it begins, that must match the end of the previous step: after a step up to 49, the next one
    begins at 49 or 50.
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
                yield "steps", f"step {number} has no end, so no step can follow it; give it an up_to"
        elif last:
            yield "steps", f"no step covers more than {step.up_to}; leave out the up_to of the last step"
        elif step.up_to <= (lower or 0):
            yield "steps", f"step {number} ends at {step.up_to}, but it must end after {lower or 0}"
        lower = step.up_to


def _fault_in_begin(number: int, begin: Decimal, lower: Decimal | None) -> Iterator[FieldFault]:
    if lower is None:
        if number == 1 and begin not in {0, 1} and begin != _smallest_unit(begin):
            hint = f"begin with a step up to {begin}, with amount 0 if nothing is charged"
            yield "steps", f"no step covers less than {begin}; {hint}"
        return
    if begin < lower:
        yield "steps", f"step {number} begins at {begin}, but the previous step ends at {lower}"
    elif begin - lower not in {Decimal(0), _smallest_unit(begin, lower)}:
        yield "steps", f"no step covers the quantities between {lower} and {begin}"


def _faults_in_zones(zones: Sequence[ZoneRate], known: Known) -> Iterator[FieldFault]:
    seen: set[tuple[str, str]] = set()
    for zone_rate in zones:
        pair = (zone_rate.from_zone, zone_rate.to_zone)
        yield from _unknown_zones([zone_rate], known)
        if zone_rate.rate < 0:
            yield "zones", f"from {pair[0]} to {pair[1]}: must not be negative"
        if pair in seen:
            yield "zones", f"from {pair[0]} to {pair[1]} is listed twice"
        seen.add(pair)


def find_faults_in_lines(
    lines: Sequence[LineEntry], known: Known, invalid: AbstractSet[int] = frozenset()
) -> list[tuple[int, str, str]]:
    """What is wrong with the lines of a profile, as index of the line, field and message.

    Besides each line by itself, this checks that no line depends on itself through the bases of others. `invalid` are
    the indexes of lines that are read as far as they are valid; only their names and bases are looked at. As long as
    one of them has no valid name, a base may name that line.
    """
    faults = [
        (index, *fault)
        for index, line in enumerate(lines)
        for fault in (find_unknown_in_line(line, known) if index in invalid else find_faults_in_line(line, known))
    ]
    nameless = any(lines[index].billing_item is None for index in invalid)
    depends_on: list[set[int]] = []
    for index, line in enumerate(lines):
        depends_on.append(set())
        for name in line.base if line.method in DEPENDENT else ():
            found, wrong = _lines_named(name, lines)
            depends_on[index] |= found
            if wrong is not None and (name.startswith("#") or not nameless):
                faults.append((index, "base", wrong))
    for index, loop in find_loops(dict(enumerate(depends_on))):
        shown = " → ".join(str(line + 1) for line in loop)
        hint = "" if len(loop) > 2 else f"; refer to the other line by its number, like #{index + 1 if index else 2}"
        faults.append((index, "base", f"the line depends on itself (lines {shown}){hint}"))
    return sorted(faults, key=lambda fault: fault[0])


def _lines_named(name: str, lines: Sequence[LineEntry]) -> tuple[set[int], str | None]:
    """The indexes of the lines that a base names, and what is wrong with it."""
    if name in BASE_WORDS:
        return set(), None
    if name.startswith("#"):
        number = name[1:]
        if not (number.isascii() and number.isdigit() and 1 <= int(number) <= len(lines)):
            return set(), f"there is no line {name}; the profile has {counted(len(lines), 'line')}"
        return {int(number) - 1}, None
    found = {index for index, line in enumerate(lines) if line.billing_item == name}
    if found:
        return found, None
    return set(), f"no line of this profile has billing item {name}; {_BASE_HINT}"


_BASE_HINT = f"name one of its billing items, #2 for its second line, or {' or '.join(BASE_WORDS)}"


def find_unknown_in_key(key: Key, known: Known) -> list[FieldFault]:
    """The values of a profile's key that do not exist, by field. `ANY` is allowed everywhere but in the branch."""
    wrong = []
    for name, value in vars(key).items():
        if value == ANY:
            if name == "branch":
                wrong.append((name, "a profile belongs to one branch; ANY is not allowed here"))
        else:
            wrong += _unknown(name, value, known)
    return wrong


def find_overlaps(
    entries: Sequence[ProfileEntry], table: RateTable, *, replaces: int | None = None
) -> list[tuple[int, str, str]]:
    """The entries, as index, field and message, that overlap in time with another profile with the same key.

    Profiles with the same key can follow one another but never overlap. `ANY` is part of the key, so two equally
    specific profiles never match the same order. `replaces` is the id of the profile that is being changed.
    Example: 2026-01-01 to 2026-06-30 and 2026-07-01 until further notice follow one another; with 2026-06-30 as the
    second first day, they overlap. Source: rating, section 3.2.
    """
    wrong = []
    taken: dict[Key, list[tuple[date, date | None]]] = {}
    for index, entry in enumerate(entries):
        last = entry.effective_to or date.max
        if last < entry.effective_from:
            wrong.append((index, "effective_to", f"must not be before effective_from, {entry.effective_from}"))
            continue
        if entry.key not in taken:
            periods = table.profiles.get(entry.key)
            saved = () if periods is None else periods.profiles
            taken[entry.key] = [
                (profile.effective_from, profile.effective_to) for profile in saved if profile.id != replaces
            ]
        for begin, end in taken[entry.key]:
            if begin <= last and entry.effective_from <= (end or date.max):
                period = f"from {begin} until further notice" if end is None else f"from {begin} to {end}"
                message = f"overlaps the profile with the same key that is in force {period}"
                wrong.append((index, "effective_from", message))
                break
        taken[entry.key].append((entry.effective_from, entry.effective_to))
    return wrong
