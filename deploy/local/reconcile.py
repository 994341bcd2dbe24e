"""Owns comparing the two ledgers: what rating says was invoiced against what receivables says it booked."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from deploy.local.client import Clerk

_PATIENCE_SECONDS = 20


@dataclass(frozen=True)
class Reconciliation:
    """Both services' own answers, and every difference: theirs and those between them."""

    rating: dict[str, Any]
    receivables: dict[str, Any]
    differences: list[str]


def money(amount: str) -> str:
    """An amount as people read it: 99615.39 → 99,615.39."""
    return f"{Decimal(amount):,.2f}"


def reconcile(billing: Clerk, receivables: Clerk) -> Reconciliation:
    """Asks both services and compares them; waits for events that are still on their way between the two."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        ours = billing.get("/rating/reconciliation")
        theirs = receivables.get("/receivables/reconciliation")
        if not [*_between(ours, theirs)] or time.monotonic() > deadline:
            return Reconciliation(ours, theirs, differences_between(ours, theirs))
        time.sleep(0.25)


def differences_between(rating: dict[str, Any], receivables: dict[str, Any]) -> list[str]:
    """What each service finds in itself, and what does not fit between the two."""
    return [*_own("rating", rating), *_own("receivables", receivables), *_between(rating, receivables)]


def _own(service: str, answer: dict[str, Any]) -> Iterator[str]:
    for one in answer["differences"]:
        yield f"{service}: {one['kind']}: {one['document']}: {one['detail']}"


def _between(rating: dict[str, Any], receivables: dict[str, Any]) -> Iterator[str]:
    """Per run: what was exported is what was booked. Over all: what is invoiced and not credited whole, net, and what is unbilled."""
    booked = {one["run_id"]: (one["booked"], Decimal(one["booked_net"])) for one in receivables["runs"]}
    for run in rating["runs"]:
        exported = (run["exported"], Decimal(run["exported_total"]))
        found = booked.get(run["run_id"], (0, Decimal(0)))
        if exported != found:
            yield f"run {run['run_id']}: rating exported {exported[0]} over {exported[1]}, receivables booked {found[0]} over {found[1]}"
    current, totals = rating["current"], receivables["totals"]
    if Decimal(current["invoiced"]) != Decimal(totals["exported"]):
        yield f"rating has {current['invoiced']} invoiced, receivables {totals['exported']} billed and not credited whole"
    waiting = Decimal(current["waiting"]) + Decimal(current["in_flight"])
    if waiting != Decimal(totals["unbilled"]):
        yield f"rating has {waiting} not invoiced, receivables {totals['unbilled']} unbilled"
