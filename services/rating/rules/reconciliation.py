"""Owns the two equations that must hold at any time, and the rows that name every difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from shared.values.money import Money

DifferenceKind = Literal["RUN_REQUESTED", "RUN_COUNTS", "RATED", "ORDER_AND_HAND_OVER", "RATING_AND_LINES"]


@dataclass(frozen=True)
class Difference:
    """Something that does not add up, with the document it is about and the amount that is wrong."""

    kind: DifferenceKind
    document: str
    detail: str
    amount: Money


@dataclass(frozen=True)
class RunSums:
    """What the hand-overs of one run add up to: requested = exported + refused + in flight."""

    run_id: int
    invoices: int
    total: Money
    exported: int
    exported_total: Money
    refused: int
    refused_total: Money
    in_flight: int
    in_flight_total: Money


@dataclass(frozen=True)
class RunFacts(RunSums):
    """One export run: what its hand-overs add up to, and what its row says."""

    said_invoices: int
    said_exported: int
    said_refused: int
    said_total: Decimal
    said_exported_total: Decimal
    said_refused_total: Decimal
    visible: bool


@dataclass(frozen=True)
class CurrentTotals:
    """All current ratings: rated = invoiced + in flight + waiting; credits are a column of their own."""

    orders: int
    rated: Money
    invoiced: Money
    in_flight: Money
    waiting: Money
    credited: Money


@dataclass(frozen=True)
class Reconciliation:
    """The sums of every run, the totals of all current ratings, and what does not add up: normally nothing."""

    runs: Sequence[RunSums]
    current: CurrentTotals
    differences: Sequence[Difference]


def compare_run(run: RunFacts) -> list[Difference]:
    """Per run: requested = invoiced + refused + in flight, in invoices and in money (rating, section 4)."""
    differences = []
    document = f"export run {run.run_id}"
    counted = run.exported_total + run.refused_total + run.in_flight_total
    if run.said_total != counted or run.said_invoices != run.exported + run.refused + run.in_flight:
        differences.append(
            Difference(
                "RUN_REQUESTED",
                document,
                f"requested {run.said_total} on {run.said_invoices} invoices, but invoiced {run.exported_total}, "
                f"refused {run.refused_total}, in flight {run.in_flight_total}",
                run.said_total - counted,
            )
        )
    for word, said, found in (
        ("exported", (run.said_exported, run.said_exported_total), (run.exported, run.exported_total)),
        ("refused", (run.said_refused, run.said_refused_total), (run.refused, run.refused_total)),
    ):
        if said != found:
            differences.append(
                Difference(
                    "RUN_COUNTS",
                    document,
                    f"says {said[0]} {word} ({said[1]}), has {found[0]} ({found[1]})",
                    said[1] - found[1],
                )
            )
    return differences


def compare_current(totals: CurrentTotals) -> list[Difference]:
    """Over all current rating versions: rated = invoiced + in flight + waiting (rating, section 4)."""
    placed = totals.invoiced + totals.in_flight + totals.waiting
    if totals.rated == placed:
        return []
    return [
        Difference(
            "RATED",
            "all current ratings",
            f"rated {totals.rated}, but invoiced {totals.invoiced}, in flight {totals.in_flight}, waiting {totals.waiting}",
            totals.rated - placed,
        )
    ]


def compare(runs: Sequence[RunFacts], totals: CurrentTotals) -> list[Difference]:
    return [difference for run in runs for difference in compare_run(run)] + compare_current(totals)
