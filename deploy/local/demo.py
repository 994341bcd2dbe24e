"""The main job from end to end, as clerks of different groups do it at the gateway; each step is shown."""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from deploy.local.client import Clerk, Refused
from deploy.local.process import LocalError
from deploy.local.reconcile import money, reconcile
from deploy.local.sample import SAMPLE
from deploy.local.suite import Suite

_PATIENCE_SECONDS = 30


@dataclass
class Clerks:
    """Who takes part: order entry, billing, receivables, and the billing of Miami alone."""

    olga: Clerk
    bill: Clerk
    rita: Clerk
    mia: Clerk

    @classmethod
    def of(cls, suite: Suite) -> "Clerks":
        def log_in(name: str) -> Clerk:
            user = rf"ALAMO\{name}"
            return Clerk(suite.gateway_url, user, suite.home.secrets.password_of(user))

        return cls(log_in("olga"), log_in("bill"), log_in("rita"), log_in("mia"))

    def close(self) -> None:
        for clerk in (self.olga, self.bill, self.rita, self.mia):
            clerk.close()


def run_demo(suite: Suite, output: Path, console: Console) -> dict[str, Any]:
    """Does the main job and returns the summary; raises LocalError when something is not as it must be."""
    with closing(Clerks.of(suite)) as clerks:
        return _main_job(clerks, output, console)


def _main_job(clerks: Clerks, output: Path, console: Console) -> dict[str, Any]:
    enter_orders(clerks, console)
    outcomes = rate_orders(clerks, console)
    rollups = assign_rollups(clerks.bill, console)
    review(clerks, output, console)
    refuse_order_entry(clerks, console)
    run, seconds = export(clerks.bill, console)
    seconds += send_rollups(clerks.bill, console)
    show_locked(clerks, console)
    show_invoices(clerks, run, console)
    show_limits(clerks, console)
    credit_and_rerate(clerks, console)
    commissions = show_commissions(clerks.bill, console)
    return {**summarize(clerks, outcomes, seconds, console), "rollups": rollups, "commissions_owed": commissions}


def _step(console: Console, who: Clerk, words: str) -> None:
    console.rule(f"[bold]{who.user}[/bold]  {words}", align="left", style="dim")


def _must(condition: object, words: str) -> None:
    if not condition:
        raise LocalError(f"The demo found that {words}")


def _eventually(look: Callable[[], Any], words: str) -> Any:
    """What `look` gives as soon as it gives anything; events take a moment."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not (found := look()):
        _must(time.monotonic() < deadline, words)
        time.sleep(0.05)
    return found


def enter_orders(clerks: Clerks, console: Console) -> None:
    """Imports the work orders of the sample company."""
    _step(console, clerks.olga, "imports the work orders of deploy/sample/work-orders.csv")
    loaded = clerks.olga.upload("/rating/work-orders/import", (SAMPLE / "work-orders.csv").read_bytes())
    console.print(f"{loaded['imported']:,} work orders entered, all checked before the first was loaded.")


def rate_orders(clerks: Clerks, console: Console) -> dict[str, int]:
    """Rates everything; returns how many orders ended with which outcome."""
    _step(console, clerks.bill, "rates all open orders that are ready")
    run = clerks.bill.post("/rating/rating-runs", {})
    state = _follow(
        clerks.bill, f"/rating/rating-runs/{run['id']}/events", "rating", "orders", ("rated", "failed"), console
    )
    table = Table("outcome", "orders", "total", "for instance", box=None)
    for outcome in state["outcomes"]:
        results = f"/rating/rating-runs/{run['id']}/results"
        example = clerks.bill.get(results, outcome=outcome["outcome"], limit=1)["items"][0]
        words = example["detail"] or f"{example['number']} over {example['total']}"
        table.add_row(outcome["outcome"], f"{outcome['orders']:,}", money(outcome["total"]), words)
    console.print(table)
    _explain(clerks.bill, console)
    return {outcome["outcome"]: outcome["orders"] for outcome in state["outcomes"]}


def _explain(bill: Clerk, console: Console) -> None:
    """Shows why one order costs what it costs."""
    order = bill.get("/rating/work-orders", status="rated", sort="-total", limit=1)["items"][0]
    rating = bill.get(f"/rating/work-orders/{order['id']}/rating")
    key = " / ".join(rating["explanation"]["key"].values())
    console.print(f"Why {order['number']} costs {rating['total']}: profile {rating['profile_id']}, {key}")
    for line in rating["explanation"]["lines"]:
        mark = "[green]+[/green]" if line["verdict"] == "charged" else "[dim]-[/dim]"
        console.print(f"  {mark} {line['billing_item']:<22} {line['words']}")


def _follow(
    clerk: Clerk, path: str, words: str, whole: str, parts: tuple[str, str], console: Console
) -> dict[str, Any]:
    """Draws a bar from live progress and returns the last state."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    state: dict[str, Any] = {}
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task(words, total=None)
        for state in clerk.follow(path):
            progress.update(bar, total=state[whole], completed=sum(state[part] for part in parts))
    return state


def assign_rollups(bill: Clerk, console: Console) -> int:
    """Gathers the orders of rolled-up bill-tos on monthly drafts; returns how many drafts there are."""
    _step(console, bill, "gathers the orders of bill-tos that want one invoice a month")
    made = bill.post("/rating/invoices/assign", {})
    table = Table("draft", "branch", "bill-to", "cycle", "orders", "total", box=None)
    for one in bill.get("/rating/invoices", status="draft", sort="bill_to", limit=10)["items"]:
        cycle = f"{one['cycle_from']} to {one['cycle_to']}"
        table.add_row(
            str(one["id"]), one["branch"], one["bill_to_name"], cycle, str(one["orders"]), money(one["total"])
        )
    console.print(table)
    console.print(f"{made['orders']} orders over {money(made['total'])} on {made['new_invoices']} draft rollups")
    drafts: int = made["new_invoices"]
    return drafts


def review(clerks: Clerks, output: Path, console: Console) -> None:
    """Shows what is ready to export, and writes it as PDF and CSV."""
    _step(console, clerks.bill, "reviews Rated Workorders Ready to Export")
    totals = clerks.bill.get("/rating/ready-to-export", limit=1)["totals"]
    table = Table("branch", "orders", "charges", "fee advances", "commissions", "total", box=None)
    for group in totals["by_branch"]:
        table.add_row(
            group["name"],
            str(group["orders"]),
            money(group["charges_total"]),
            money(group["advances_total"]),
            money(group["commission"]),
            money(group["total"]),
        )
    table.add_row(
        "all",
        str(totals["count"]),
        money(totals["charges_total"]),
        money(totals["advances_total"]),
        money(totals["commission"]),
        money(totals["total"]),
        style="bold",
    )
    console.print(table)
    warnings = Counter(words for one in clerks.bill.pages("/rating/ready-to-export") for words in one["warnings"])
    for words, count in warnings.most_common():
        console.print(f"▲ {count} orders: {words}")
    output.mkdir(parents=True, exist_ok=True)
    for media_type, name in (("application/pdf", "ready-to-export.pdf"), ("text/csv", "ready-to-export.csv")):
        (output / name).write_bytes(clerks.bill.download("/rating/ready-to-export", media_type))
        console.print(f"written: {output / name}")


def refuse_order_entry(clerks: Clerks, console: Console) -> None:
    """Shows that a group without the feature cannot export."""
    _step(console, clerks.olga, "tries to export, but her group lacks the feature")
    try:
        clerks.olga.post("/rating/exports", {})
    except Refused as refused:
        _must(refused.status == 403, f"the gateway answered {refused.status} instead of 403")
        console.print(f"403 {refused.code}: {refused.problem['detail']}")
        return
    raise LocalError("The demo found that order entry could export.")


def export(bill: Clerk, console: Console, selection: dict[str, Any] | None = None) -> tuple[dict[str, Any], float]:
    """Exports the selection, or everything that is ready; returns the finished run and how long it took in seconds."""
    _step(console, bill, "runs Export Rated Work Orders to A/R")
    started_at = time.monotonic()
    run = bill.post("/rating/exports", {"selection": selection or {}})
    state = _follow(
        bill, f"/rating/exports/{run['id']}/events", "exporting", "invoices", ("exported", "refused"), console
    )
    seconds = time.monotonic() - started_at
    console.print(
        f"run {state['id']}: {state['status']}, {state['exported']:,} invoices over {money(state['exported_total'])} "
        f"in Accounts Receivable, {state['refused']} refused, {seconds:.2f} s"
    )
    return state, seconds


def send_rollups(bill: Clerk, console: Console) -> float:
    """Exports by name the rollups that an export of everything leaves for the end of their cycle; returns the seconds."""
    drafts = [one["id"] for one in bill.pages("/rating/invoices", status="draft")]
    if not drafts:
        return 0.0
    _step(console, bill, f"sends {len(drafts)} rollups before their month ends")
    return export(bill, console, {"invoice_ids": drafts})[1]


def show_locked(clerks: Clerks, console: Console) -> None:
    """Shows that an exported order cannot be changed."""
    _step(console, clerks.olga, "tries to change an exported order")
    order = clerks.olga.get("/rating/work-orders", status="exported", limit=1)["items"][0]
    try:
        clerks.olga.call(
            "PATCH",
            f"/rating/work-orders/{order['id']}",
            json={"reference": "changed"},
            headers={"if-match": f'"{order["revision"]}"'},
        )
    except Refused as refused:
        _must(refused.code == "LOCKED_USE_CREDIT", f"the refusal was {refused.code}")
        console.print(f"{refused.status} {refused.code}: {refused.problem['detail']}")
        return
    raise LocalError("The demo found that an exported order could be changed.")


def show_invoices(clerks: Clerks, run: dict[str, Any], console: Console) -> None:
    """Shows the largest invoices of the run, and a customer's account."""
    _step(console, clerks.rita, "looks at the invoices and at a customer's account")
    page = clerks.rita.get("/receivables/invoices", run_id=run["id"], sort="-total", limit=5)
    table = Table("invoice", "month", "transaction", "customer", "total", "open", box=None)
    for invoice in page["items"]:
        who = f"{invoice['customer']} {invoice['customer_name']}"
        table.add_row(
            invoice["number"], invoice["month"], str(invoice["transaction"]), who, invoice["total"], invoice["open"]
        )
    console.print(table)
    console.print(f"{page['totals']['count']:,} invoices, open {money(page['totals']['open'])}")
    whole = clerks.rita.get(f"/receivables/invoices/{page['items'][0]['id']}")
    posted: dict[str, Decimal] = defaultdict(Decimal)
    for row in whole["distributions"]:
        posted[row["account"]] += Decimal(row["debit"]) - Decimal(row["credit"])
    _must(sum(posted.values()) == 0, f"invoice {whole['number']} posts {dict(posted)}")
    accounts = ", ".join(f"{account} {amount:+}" for account, amount in sorted(posted.items()))
    console.print(f"GL distributions of {whole['number']} by account (debits +, credits -): {accounts}")
    customer = clerks.rita.get("/receivables/customers", search=whole["customer"])["items"][0]
    account = clerks.rita.get(f"/receivables/customers/{customer['id']}/account")
    console.print(
        f"Account of {customer['name']}: {len(account['items'])} open invoices over {money(account['open_total'])}, "
        f"unbilled {account['unbilled']}, exposure {money(account['exposure'])}"
    )


def show_limits(clerks: Clerks, console: Console) -> None:
    """Shows that a caller limited to one branch sees nothing of the others."""
    _step(console, clerks.mia, "bills Miami only: the orders of other branches do not exist for her")
    mine = clerks.mia.get("/rating/work-orders", limit=1)["totals"]
    other = clerks.bill.get("/rating/work-orders", branch="SAT", limit=1)["items"][0]
    try:
        clerks.mia.get(f"/rating/work-orders/{other['id']}")
    except Refused as refused:
        _must(refused.status == 404, f"the answer was {refused.status}")
        console.print(f"she sees {mine['count']} orders; order {other['number']} of San Antonio: 404 {refused.code}")
        return
    raise LocalError("The demo found that a limited clerk saw another branch's order.")


def credit_and_rerate(clerks: Clerks, console: Console) -> None:
    """Credits an invoice, corrects its order, and rates and exports it again."""
    _step(console, clerks.rita, "credits an invoice whose mileage was wrong, with disposition rerate")
    order = next(
        one for one in clerks.olga.pages("/rating/work-orders", status="exported") if _is_single_with_miles(clerks, one)
    )
    invoice = clerks.rita.get("/receivables/invoices", work_order=order["number"])["items"][0]
    credit = {"disposition": "rerate", "reason": "mileage was reported wrong"}
    credited = clerks.rita.post(f"/receivables/invoices/{invoice['id']}/credits", credit)["invoice"]
    memo = credited["amendments"][0]
    console.print(
        f"invoice {credited['number']}: {credited['total']} credited by transaction {memo['transaction']}, "
        f"open {credited['open']}, status {credited['status']}"
    )
    path = f"/rating/work-orders/{order['id']}"
    reopened = _eventually(lambda: _when_open(clerks.olga, path), f"order {order['number']} was not reopened")
    _step(console, clerks.olga, "mends the mileage of the reopened order")
    changed = clerks.olga.call("PATCH", path, json={"miles": "12.5"}, headers={"if-match": f'"{reopened["revision"]}"'})
    console.print(f"{order['number']}: {reopened['miles']} miles were reported, 12.5 were driven")
    _step(console, clerks.bill, "rates it again and exports it")
    rated = clerks.bill.call("POST", f"{path}/rating", headers={"if-match": changed.headers["etag"]}).json()
    console.print(f"version {rated['version']}: {rated['total']}")
    export(clerks.bill, console)
    newest = clerks.rita.get("/receivables/invoices", work_order=order["number"], sort="-id")["items"][0]
    _must(newest["number"] != credited["number"], "the order was not invoiced again")
    console.print(f"{order['number']} stands on invoice {newest['number']} over {newest['total']} now")


def _is_single_with_miles(clerks: Clerks, order: dict[str, Any]) -> bool:
    return (
        order["branch"] == "SAT"
        and clerks.olga.get(f"/rating/work-orders/{order['id']}")["miles"] is not None
        and clerks.bill.get(f"/rating/invoices/{order['invoice_id']}")["invoice"]["kind"] == "single"
    )


def _when_open(clerk: Clerk, path: str) -> dict[str, Any] | None:
    order: dict[str, Any] = clerk.get(path)
    return order if order["status"] == "open" else None


def show_commissions(bill: Clerk, console: Console) -> str:
    """What the servers have earned; returns what is owed to them in all."""
    _step(console, bill, "looks at the commissions: all of them are owed, because their invoices are in A/R")
    totals = bill.get("/rating/commissions", limit=1)["totals"]
    table = Table("server", "name", "bookings", "not yet in A/R", "owed", box=None)
    for one in totals["by_server"]:
        table.add_row(one["server"], one["name"], str(one["bookings"]), money(one["accrued"]), money(one["owed"]))
    console.print(table)
    _must(Decimal(totals["accrued"]) == 0, f"{totals['accrued']} of the commissions are not in A/R")
    owed: str = totals["owed"]
    return owed


def summarize(clerks: Clerks, outcomes: dict[str, int], seconds: float, console: Console) -> dict[str, Any]:
    """Compares the two ledgers, and gathers what the demo prints at its end."""
    _step(console, clerks.bill, "and receivables reconcile")
    result = reconcile(clerks.bill, clerks.rita)
    current, totals = result.rating["current"], result.receivables["totals"]
    console.print(
        f"rated {money(current['rated'])} = invoiced {money(current['invoiced'])} "
        f"+ in flight {money(current['in_flight'])} + waiting {money(current['waiting'])}; "
        f"credited {money(current['credited'])}"
    )
    for one in result.receivables["accounts"]:
        console.print(
            f"GL company {one['gl_company']}, account {one['account']}: sub-ledger {money(one['sub_ledger'])}, "
            f"general ledger {money(one['general_ledger'])}"
        )
    for difference in result.differences:
        console.print(f"[red]{difference}[/red]")
    console.print(f"differences: {len(result.differences)}")
    return {
        "orders_rated": outcomes["RATED"],
        "orders_failed": {reason: count for reason, count in sorted(outcomes.items()) if reason != "RATED"},
        "invoices": totals["invoices"],
        "invoiced_total": totals["invoiced"],
        "open_total": totals["open"],
        "differences": len(result.differences),
        "export_seconds": round(seconds, 2),
    }


def print_summary(summary: dict[str, Any]) -> None:
    """The last line, for programs; not wrapped, whatever the width of the terminal."""
    print(json.dumps(summary))
