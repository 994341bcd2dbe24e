"""Owns what a benchmark says: figures beside their yardsticks, measured in one run, and what is demanded of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Figure:
    """One bar: what was measured, in the comparison's unit."""

    name: str
    value: float


@dataclass(frozen=True)
class Demand:
    """What the design promises: a value that must be at least, or at most, the wanted one."""

    words: str
    value: float
    wanted: float
    direction: Literal["at least", "at most"]

    @property
    def kept(self) -> bool:
        return self.value >= self.wanted if self.direction == "at least" else self.value <= self.wanted


@dataclass(frozen=True)
class Comparison:
    """One picture: our own figure first, its yardsticks behind it. `how` says what was done, in a few sentences."""

    name: str
    title: str
    how: str
    unit: str
    figures: Sequence[Figure]
    demands: Sequence[Demand] = ()


def rate_of(count: int, seconds: Sequence[float]) -> float:
    """How many a second, by the median of the measured times."""
    return count / median(seconds)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie: the 0.99 of 1,000 values is the 990th smallest."""
    ordered = sorted(values)
    return ordered[max(0, round(share * len(ordered)) - 1)]
