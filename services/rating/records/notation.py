"""Owns tiers, bands, zone matrices and quantities by code, and their notation in one cell of a file and in JSON."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated, Any

from annotated_types import Ge, MaxLen
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema

from shared.values.columns import AS_DOCUMENT
from shared.values.money import EnteredMoney, EnteredQuantity, EnteredRate, EnteredWorth
from shared.values.names import plain as typed
from shared.values.numbers import plain
from shared.values.text import CodeText

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_STEP = re.compile(
    rf"^(?:(?P<begin>{_NUMBER})\s*-\s*)?(?:(?P<up_to>{_NUMBER})|more|(?P<open>{_NUMBER})\s*\+)\s*=\s*(?P<price>.+)$"
)
_PRICE = re.compile(rf"^(?P<number>{_NUMBER})\s*(?P<kind>each|flat)?$")
_ZONE = re.compile(rf"^(?P<from_zone>\S+)\s*>\s*(?P<to_zone>[^\s=]+)\s*=\s*(?P<rate>{_NUMBER})$")
_LEAST_QUANTITY = Decimal("0.001")
_MOST_PARTS = 2_500
MOST_QUANTITIES = 50
NO_QUANTITIES: Mapping[str, Decimal] = {}


@dataclass(frozen=True)
class Step:
    """One tier or band: what a quantity up to and including `up_to` costs.

    `rate` is per unit (of the tier; in a band, of the whole quantity), `amount` is charged once. The last step leaves
    `up_to` out. `from` is optional and only checked: the first step starts at 0 or 1, each other step where the
    previous one ends, or one unit later.
    """

    __pydantic_config__ = ConfigDict(extra="forbid", populate_by_name=True)

    up_to: EnteredWorth | None = None
    amount: EnteredMoney = Decimal(0)
    rate: EnteredRate = Decimal(0)
    begin: Annotated[EnteredWorth | None, Field(alias="from")] = None

    def __str__(self) -> str:
        prices = []
        if self.amount or not self.rate:
            prices.append(f"{plain(self.amount)} flat")
        if self.rate:
            prices.append(f"{plain(self.rate)} each")
        return f"{'more' if self.up_to is None else plain(self.up_to)} = {' + '.join(prices)}"


@dataclass(frozen=True)
class ZoneRate:
    """The rate from one zone to another. `ANY` means every zone, and also a ZIP that is in no zone."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    from_zone: CodeText
    to_zone: CodeText
    rate: EnteredRate

    def __str__(self) -> str:
        return f"{self.from_zone} > {self.to_zone} = {plain(self.rate)}"


def _priced(step: Any) -> Any:
    if isinstance(step, dict) and not step.keys() & {"amount", "rate"}:
        raise ValueError("needs a rate or an amount; use 0 if nothing is charged")
    return step


def _closed(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Fills in missing ends: a step without an end stops just below the beginning of the next step."""
    closed = []
    for index, step in enumerate(steps):
        next_begin = steps[index + 1].begin if index + 1 < len(steps) else None
        if step.up_to is None and next_begin is not None:
            closed.append(replace(step, up_to=next_begin - _LEAST_QUANTITY))
        else:
            closed.append(step)
    return tuple(closed)


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _read_steps(value: Any, info: ValidationInfo) -> Any:
    """Reads `1 = 50; 2 = 10; more = 5` or `0-49 = 0; 50-99 = 10; 100+ = 25` as a list of steps.

    A plain number is a rate per unit in a tiered line and an amount in a banded line, unless it says `each` or `flat`.
    """
    if not isinstance(value, str):
        return value
    usual = "each" if info.data.get("method") == "tiered" else "flat"
    steps = []
    for part in _parts(value):
        found = _STEP.match(part)
        if found is None:
            raise ValueError(
                f"{part} is not a step; write 49 = 0, 50-99 = 10, 100+ = 25, more = 5 each or more = 3 + 5 each"
            )
        step: dict[str, str | None] = {"from": found["begin"] or found["open"], "up_to": found["up_to"]}
        for price in found["price"].split("+"):
            read = _PRICE.match(price.strip())
            if read is None:
                raise ValueError(f"{price.strip()} is not a price; write 10, 10 flat or 10 each")
            name = "rate" if (read["kind"] or usual) == "each" else "amount"
            if name in step:
                raise ValueError(f"{part} has two prices of the same kind; make one flat and the other each")
            step[name] = read["number"]
        steps.append(step)
    return steps


def _read_zones(value: Any) -> Any:
    """Reads `A > B = 25; A > ANY = 40` as a list of rates."""
    if not isinstance(value, str):
        return value
    zones = []
    for part in _parts(value):
        found = _ZONE.match(part)
        if found is None:
            raise ValueError(f"{part} is not a rate between zones; write A > B = 25")
        zones.append(found.groupdict())
    return zones


def _read_quantities(value: Any) -> Any:
    """Reads `COPIES = 3; WORDS = 1200` as quantities by code, in which no code is repeated in another spelling."""
    if isinstance(value, str):
        pairs = []
        for part in _parts(value):
            code, equals, number = part.partition("=")
            if not equals:
                raise ValueError(f"{part} is not a quantity; write COPIES = 3")
            pairs.append((code, number.strip()))
    elif isinstance(value, Mapping):
        pairs = list(value.items())
    else:
        return value
    quantities: dict[Any, Any] = {}
    for code, number in pairs:
        name = typed(code).strip().upper() if isinstance(code, str) else code
        if name in quantities:
            raise ValueError(f"{name} is given twice")
        quantities[name] = number
    return quantities


Steps = Annotated[
    tuple[Annotated[Step, BeforeValidator(_priced)], ...],
    BeforeValidator(_read_steps),
    MaxLen(_MOST_PARTS),
    AfterValidator(_closed),
    AS_DOCUMENT,
]
Zones = Annotated[tuple[ZoneRate, ...], BeforeValidator(_read_zones), MaxLen(_MOST_PARTS), AS_DOCUMENT]
Quantities = Annotated[
    Mapping[Annotated[CodeText, WithJsonSchema({"type": "string"})], Annotated[EnteredQuantity, Ge(0)]],
    MaxLen(MOST_QUANTITIES),
    BeforeValidator(_read_quantities),
    AS_DOCUMENT,
]
