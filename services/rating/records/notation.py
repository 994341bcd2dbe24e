"""Owns tiers, bands and zone matrices, and how they stand in one cell of a table and in JSON."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated, Any

from annotated_types import MaxLen
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationInfo

from shared.values.columns import AS_DOCUMENT
from shared.values.money import Money, Quantity, Rate
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


@dataclass(frozen=True)
class Step:
    """One tier or band: what a quantity up to and including `up_to` costs.

    `rate` is for each unit (of the tier; in a band, of the whole quantity), `amount` comes once. The last one leaves
    `up_to` out. `from` may be given to have it checked: 0 or 1 first, then where the one before ends or one unit later.
    """

    __pydantic_config__ = ConfigDict(extra="forbid", populate_by_name=True)

    up_to: Quantity | None = None
    amount: Money = Decimal(0)
    rate: Rate = Decimal(0)
    begin: Annotated[Quantity | None, Field(alias="from")] = None

    def __str__(self) -> str:
        prices = []
        if self.amount or not self.rate:
            prices.append(f"{plain(self.amount)} flat")
        if self.rate:
            prices.append(f"{plain(self.rate)} each")
        return f"{'more' if self.up_to is None else plain(self.up_to)} = {' + '.join(prices)}"


@dataclass(frozen=True)
class ZoneRate:
    """The price from one zone to another; `ANY` stands for every zone, and for a ZIP in none."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    from_zone: CodeText
    to_zone: CodeText
    rate: Rate

    def __str__(self) -> str:
        return f"{self.from_zone} > {self.to_zone} = {plain(self.rate)}"


def _priced(step: Any) -> Any:
    if isinstance(step, dict) and not step.keys() & {"amount", "rate"}:
        raise ValueError("needs a rate or an amount; say 0 if it is free")
    return step


def _closed(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps; one that only says where it begins ends the one before, which said no end, just below."""
    made = []
    for place, step in enumerate(steps):
        following = steps[place + 1].begin if place + 1 < len(steps) else None
        ends = step.up_to is None and following is not None
        made.append(replace(step, up_to=following - _LEAST_QUANTITY) if ends and following is not None else step)
    return tuple(made)


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def _read_steps(value: Any, info: ValidationInfo) -> Any:
    """`1 = 50; 2 = 10; more = 5`, or `0-49 = 0; 50-99 = 10; 100+ = 25`, as a list of steps.

    A plain number is a rate for each unit in a tiered line and an amount in a banded one; `each` and `flat` say which.
    """
    if not isinstance(value, str):
        return value
    usual = "each" if info.data.get("method") == "tiered" else "flat"
    steps = []
    for part in _parts(value):
        found = _STEP.match(part)
        if found is None:
            raise ValueError(
                f"{part} is no step; write 49 = 0, 50-99 = 10, 100+ = 25, more = 5 each or more = 3 + 5 each"
            )
        step: dict[str, str | None] = {"from": found["begin"] or found["open"], "up_to": found["up_to"]}
        for price in found["price"].split("+"):
            read = _PRICE.match(price.strip())
            if read is None:
                raise ValueError(f"{price.strip()} is no price; write 10, 10 flat or 10 each")
            name = "rate" if (read["kind"] or usual) == "each" else "amount"
            if name in step:
                raise ValueError(f"{part} has two prices of the same kind; one is flat, the other each")
            step[name] = read["number"]
        steps.append(step)
    return steps


def _read_zones(value: Any) -> Any:
    """`A > B = 25; A > ANY = 40`, as a list of rates."""
    if not isinstance(value, str):
        return value
    zones = []
    for part in _parts(value):
        found = _ZONE.match(part)
        if found is None:
            raise ValueError(f"{part} is no rate between zones; write A > B = 25")
        zones.append(found.groupdict())
    return zones


Steps = Annotated[
    tuple[Annotated[Step, BeforeValidator(_priced)], ...],
    BeforeValidator(_read_steps),
    MaxLen(_MOST_PARTS),
    AfterValidator(_closed),
    AS_DOCUMENT,
]
Zones = Annotated[tuple[ZoneRate, ...], BeforeValidator(_read_zones), MaxLen(_MOST_PARTS), AS_DOCUMENT]
