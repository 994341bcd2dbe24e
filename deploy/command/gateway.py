"""Commands that use the gateway as a clerk does: imports, reconciliation, export runs."""

import sys
from argparse import Namespace
from contextlib import closing
from pathlib import Path
from typing import Any

from deploy.command.arguments import importable
from deploy.command.environment import Environment
from deploy.command.output import Output
from deploy.local.process import LocalError
from deploy.local.reconcile import Reconciliation, money, reconcile, reconcile_all
from shared.values.numbers import counted

DIFFERENCES = 3
_RUN_COLUMNS = ("id", "status", "requested_by", "month", "invoices", "exported", "refused", "total", "exported_total")
_INVOICE_COLUMNS = ("invoice_id", "bill_to", "total", "outcome", "ar_number", "reason", "detail")


def import_file(given: Namespace, output: Output) -> int:
    """Sends a CSV file or a workbook. The service checks all of it before it imports anything; with `--check` it imports nothing."""
    try:
        content = sys.stdin.buffer.read() if given.file == "-" else Path(given.file).read_bytes()
    except OSError as error:
        raise LocalError(f"{given.file} cannot be read: {error.strerror}.") from error
    with closing(Environment(given.home).clerk(given.user)) as clerk:
        loaded = clerk.upload(importable()[given.kind] + ("?check=true" if given.check else ""), content)
    output.facts({name: value for name, value in loaded.items() if name != "changes"})
    for change in loaded.get("changes", ()):
        output.say(_change(change))
    output.document(loaded)
    return 0


def _change(change: dict[str, Any]) -> str:
    """What a check says of a record: `line 2: 1 / S9001 changed: credit_limit 500.00 → (empty)`."""
    said = f"line {change['line']}: {change['record']} {change['change']}"
    if change["change"] == "created":
        return said
    values = (f"{one['column']} {one['old'] or '(empty)'} → {one['new'] or '(empty)'}" for one in change["values"])
    return f"{said}: {', '.join(values)}"


def run_reconcile(given: Namespace, output: Output) -> int:
    """Compares the two ledgers with each other, and checks each for itself: the open months, or all."""
    with closing(Environment(given.home).clerk(given.user)) as clerk:
        found = reconcile_all(clerk, clerk, output.progress) if given.all else reconcile(clerk, clerk)
    current = found.rating["current"]
    output.say(
        f"rated {money(current['rated'])} = invoiced {money(current['invoiced'])} "
        f"+ in flight {money(current['in_flight'])} + waiting {money(current['waiting'])}; "
        f"credited {money(current['credited'])}"
    )
    output.table(found.receivables["accounts"], ("gl_company", "account", "sub_ledger", "general_ledger"))
    closed = found.receivables.get("closed_months", [])
    if unproved := [month["month"] for month in closed if not month["proved"]]:
        output.say(
            f"{counted(len(unproved), 'closed month')} not proved ({', '.join(unproved[:3])}"
            f"{', …' if len(unproved) > 3 else ''}): ratebook reconcile --all"
        )
    for difference in found.differences:
        output.say(difference)
    output.say(f"differences: {len(found.differences)}")
    output.document(_reconciliation(found))
    return DIFFERENCES if found.differences else 0


def _reconciliation(found: Reconciliation) -> dict[str, Any]:
    return {"rating": found.rating, "receivables": found.receivables, "differences": found.differences}


def list_runs(given: Namespace, output: Output) -> int:
    """Lists the newest export runs."""
    with closing(Environment(given.home).clerk(given.user)) as clerk:
        runs = clerk.get("/rating/exports", limit=given.limit)["items"]
    output.table(runs, _RUN_COLUMNS)
    output.say(counted(len(runs), "run"))
    output.document(runs)
    return 0


def show_run(given: Namespace, output: Output) -> int:
    """Shows a run, and its invoices that were refused or have no answer."""
    with closing(Environment(given.home).clerk(given.user)) as clerk:
        run = clerk.get(f"/rating/exports/{given.id}")
        path = f"/rating/exports/{given.id}/invoices"
        unsettled = [invoice for outcome in ("refused", "waiting") for invoice in clerk.pages(path, outcome=outcome)]
    output.facts(run)
    output.table(unsettled, _INVOICE_COLUMNS)
    output.document({**run, "unsettled": unsettled})
    return 0


def withdraw_run(given: Namespace, output: Output) -> int:
    """Asks receivables never to book the invoices that have no answer yet."""
    with closing(Environment(given.home).clerk(given.user)) as clerk:
        body = {"invoice_ids": given.invoices} if given.invoices else {}
        answer = clerk.post(f"/rating/exports/{given.id}/withdrawals", body)
    output.say(
        f"withdrawal requested for {counted(answer['requested'], 'invoice')}; "
        f"the answers will appear in the run: ratebook export-run show {given.id}"
    )
    output.document(answer)
    return 0
