"""Owns the two equations that must hold at any time, and the differences when they do not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from services.rating.rules.estimates import Estimate
from shared.values.money import ZERO, Money
from shared.values.numbers import counted

DifferenceKind = Literal[
    "RUN_REQUESTED",
    "RUN_COUNTS",
    "RATED",
    "ORDER_AND_HAND_OVER",
    "ORDER_AND_INVOICE",
    "ORDER_AND_RATING",
    "RATING_AND_LINES",
    "ESTIMATE",
]


@dataclass(frozen=True)
class RatingDifference:
    """Something that does not add up: the document, what is wrong, and by which amount."""

    kind: DifferenceKind
    document: str
    detail: str
    amount: Money


@dataclass(frozen=True)
class RunSums:
    """The sums of the hand-overs of one run: requested = exported + refused + in flight.

    `orders_digest` is the SHA-256 of the exported orders with lines, by invoice and order number: receivables has the
    same for what it booked. It is empty if nothing is exported, or the numbers were not recorded at that time.
    """

    run_id: int
    orders_digest: str
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
    """The sums of the hand-overs of one run, and what the run itself has recorded."""

    recorded_invoices: int
    recorded_exported: int
    recorded_refused: int
    recorded_total: Decimal
    recorded_exported_total: Decimal
    recorded_refused_total: Decimal
    visible: bool


@dataclass(frozen=True)
class CurrentTotals:
    """The totals of all current ratings: rated = invoiced + in flight + waiting. Credits are separate."""

    orders: int
    rated: Money
    invoiced: Money
    in_flight: Money
    waiting: Money
    credited: Money


@dataclass(frozen=True)
class RatingReconciliation:
    """The sums of every run, the totals of all current ratings, and the differences. Normally that list is empty."""

    runs: Sequence[RunSums]
    current: CurrentTotals
    differences: Sequence[RatingDifference]


def compare_run(run: RunFacts) -> list[RatingDifference]:
    """Checks a run: requested = invoiced + refused + in flight, in invoices and in money (rating, section 4)."""
    differences = []
    document = f"export run {run.run_id}"
    total = run.exported_total + run.refused_total + run.in_flight_total
    if run.recorded_total != total or run.recorded_invoices != run.exported + run.refused + run.in_flight:
        differences.append(
            RatingDifference(
                "RUN_REQUESTED",
                document,
                f"requested ${run.recorded_total:,} on {counted(run.recorded_invoices, 'invoice')}, "
                f"but invoiced ${run.exported_total:,}, refused ${run.refused_total:,}, "
                f"in flight ${run.in_flight_total:,}",
                run.recorded_total - total,
            )
        )
    for outcome, recorded, found in (
        ("exported", (run.recorded_exported, run.recorded_exported_total), (run.exported, run.exported_total)),
        ("refused", (run.recorded_refused, run.recorded_refused_total), (run.refused, run.refused_total)),
    ):
        if recorded != found:
            differences.append(
                RatingDifference(
                    "RUN_COUNTS",
                    document,
                    f"says {recorded[0]} {outcome} (${recorded[1]:,}), but its hand-overs have {found[0]} (${found[1]:,})",
                    recorded[1] - found[1],
                )
            )
    return differences


def compare_current(totals: CurrentTotals) -> list[RatingDifference]:
    """Checks all current ratings together: rated = invoiced + in flight + waiting (rating, section 4)."""
    placed = totals.invoiced + totals.in_flight + totals.waiting
    if totals.rated == placed:
        return []
    return [
        RatingDifference(
            "RATED",
            "all current ratings",
            f"rated ${totals.rated:,}, but invoiced ${totals.invoiced:,}, in flight ${totals.in_flight:,}, "
            f"waiting ${totals.waiting:,}",
            totals.rated - placed,
        )
    ]


def compare(runs: Sequence[RunFacts], totals: CurrentTotals) -> list[RatingDifference]:
    """Checks every run and all current ratings; returns the differences."""
    return [difference for run in runs for difference in compare_run(run)] + compare_current(totals)


def compare_estimates(
    kept: Sequence[Estimate], made: Mapping[int, Estimate], numbers: Mapping[int, str]
) -> list[RatingDifference]:
    """Compares kept estimates with those that would be made now, by order id; `numbers` are the numbers of the orders."""
    return [
        RatingDifference(
            "ESTIMATE",
            f"work order {numbers[one.work_order_id]}",
            f"its estimate is {_in_words(one)}, but its rating would come to {_in_words(made[one.work_order_id])}",
            (one.total or ZERO) - (made[one.work_order_id].total or ZERO),
        )
        for one in kept
        if one != made[one.work_order_id]
    ]


def _in_words(estimate: Estimate) -> str:
    where = f"profile {estimate.profile_id}, region {estimate.region}"
    return f"{estimate.why} ({where})" if estimate.total is None else f"${estimate.total:,} ({where})"
