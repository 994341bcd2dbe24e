"""The results of benchmarks: figures, the figures they are compared with, and targets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Figure:
    """One bar: a measured value in the unit of the comparison."""

    name: str
    value: float


@dataclass(frozen=True)
class Demand:
    """A target of the design: a value that must be at least, or at most, the wanted one."""

    words: str
    value: float
    wanted: float
    direction: Literal["at least", "at most"]

    @property
    def kept(self) -> bool:
        return self.value >= self.wanted if self.direction == "at least" else self.value <= self.wanted


@dataclass(frozen=True)
class Comparison:
    """One chart: our own figures first, followed by those to compare with. `how` describes the measurement."""

    name: str
    title: str
    how: str
    unit: str
    figures: Sequence[Figure]
    demands: Sequence[Demand] = ()


def rate_of(count: int, seconds: Sequence[float]) -> float:
    """The number per second, by the median of the measured times."""
    return count / median(seconds)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie: the 0.99 of 1,000 values is the 990th smallest."""
    ordered = sorted(values)
    return ordered[max(0, round(share * len(ordered)) - 1)]
