"""Comparing the two ledgers: what rating has invoiced, and what receivables has booked."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from deploy.local.client import Clerk, Refused

_PATIENCE_SECONDS = 20
_POLL_SECONDS = 0.25
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Reconciliation:
    """The answers of both services, and all differences within and between them."""

    rating: dict[str, Any]
    receivables: dict[str, Any]
    differences: list[str]


def money(amount: str | Decimal) -> str:
    """An amount as people read it: 99615.39 → $99,615.39."""
    value = Decimal(amount)
    return f"{'-' if value < 0 else ''}${abs(value):,.2f}"


def reconcile(billing: Clerk, receivables: Clerk) -> Reconciliation:
    """Asks both services about the open months and compares the answers, after waiting for events on their way."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        theirs = receivables.get("/receivables/reconciliation")
        ours = billing.get("/rating/reconciliation", from_month=theirs["from_month"])
        if not [*_between(ours, theirs)] or time.monotonic() > deadline:
            return Reconciliation(ours, theirs, differences_between(ours, theirs))
        time.sleep(_POLL_SECONDS)


def reconcile_all(billing: Clerk, receivables: Clerk, tell: Tell) -> Reconciliation:
    """Has receivables check every month, telling how far it is, and compares its sums with those of rating."""
    path = "/receivables/reconciliation/runs"
    try:
        run = receivables.post(path, {})
    except Refused as refused:
        if refused.code != "RECONCILIATION_RUNNING":
            raise
        run = receivables.get(path, limit=1)["items"][0]
    checked = None
    while run["status"] == "running":
        if run["checked"] != checked:
            checked = run["checked"]
            tell(f"{checked} of {run['months']} months checked")
        time.sleep(_POLL_SECONDS)
        run = receivables.get(f"{path}/{run['id']}")
    run["differences"] = [*receivables.pages(f"{path}/{run['id']}/differences"), *_unchecked(run)]
    ours = billing.get("/rating/reconciliation")
    return Reconciliation(ours, run, differences_between(ours, run))


def _unchecked(run: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for month in run["months_checked"]:
        if month["failure"]:
            yield {"kind": "NOT_CHECKED", "document": month["month"], "detail": month["failure"]}


def differences_between(rating: dict[str, Any], receivables: dict[str, Any]) -> list[str]:
    """The differences within each service, and those between the two."""
    return [*_own("rating", rating), *_own("receivables", receivables), *_between(rating, receivables)]


def _own(service: str, answer: dict[str, Any]) -> Iterator[str]:
    for difference in answer["differences"]:
        yield f"{service}: {difference['kind']}: {difference['document']}: {difference['detail']}"


def _between(rating: dict[str, Any], receivables: dict[str, Any]) -> Iterator[str]:
    """Compares each run's exported and booked invoices and orders, and in total the invoiced and unbilled amounts.

    The invoiced amount is net, without invoices that were credited in full.
    """
    booked = {run["run_id"]: (run["booked"], Decimal(run["booked_net"])) for run in receivables["runs"]}
    digests = {run["run_id"]: run["orders_digest"] for run in receivables["runs"]}
    for run in rating["runs"]:
        exported = (run["exported"], Decimal(run["exported_total"]))
        found = booked.get(run["run_id"], (0, Decimal(0)))
        if exported != found:
            yield (
                f"run {run['run_id']}: rating exported {exported[0]} for {money(exported[1])}, "
                f"receivables booked {found[0]} for {money(found[1])}"
            )
        elif run["orders_digest"] and run["orders_digest"] != digests[run["run_id"]]:
            yield (
                f"run {run['run_id']}: the invoices in receivables hold other order numbers than those that rating exported"
            )
    current, totals = rating["current"], receivables["totals"]
    if Decimal(current["invoiced"]) != Decimal(totals["exported"]):
        yield (
            f"rating has {money(current['invoiced'])} invoiced, "
            f"receivables {money(totals['exported'])} billed and not credited in full"
        )
        # Only then: a clerk with limits sees parts of runs in receivables that rating does not show at all.
        known = {run["run_id"] for run in rating["runs"]}
        for run_id, (invoices, total) in booked.items():
            if invoices and run_id not in known:
                yield f"run {run_id}: receivables booked {invoices} for {money(total)}, but rating has no such run"
    waiting = Decimal(current["waiting"]) + Decimal(current["in_flight"])
    if waiting != Decimal(totals["unbilled"]):
        yield f"rating has {money(waiting)} not invoiced, receivables {money(totals['unbilled'])} unbilled"
