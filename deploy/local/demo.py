"""The demo: the main job from end to end, done by clerks of different groups through the gateway, step by step."""

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
from shared.values.numbers import counted, plain

_PATIENCE_SECONDS = 30


@dataclass
class Clerks:
    """The clerks in the demo: order entry, billing, receivables, and billing for Miami only."""

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
    """Runs the demo and returns the summary; raises LocalError if anything is not as it should be."""
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
    """The first result of `look`, which is repeated because events take a moment."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not (found := look()):
        _must(time.monotonic() < deadline, words)
        time.sleep(0.05)
    return found


def enter_orders(clerks: Clerks, console: Console) -> None:
    """Imports the work orders of the sample company."""
    _step(console, clerks.olga, "imports the work orders of deploy/sample/work-orders.csv")
    loaded = clerks.olga.upload("/rating/work-orders/import", (SAMPLE / "work-orders.csv").read_bytes())
    console.print(f"{counted(loaded['imported'], 'work order')} imported, after all of them had been checked")
    clerks.olga.upload("/rating/work-order-services/import", (SAMPLE / "work-order-services.csv").read_bytes())


def rate_orders(clerks: Clerks, console: Console) -> dict[str, int]:
    """Rates all orders; returns the number of orders by outcome."""
    _step(console, clerks.bill, "rates all open orders that are ready to rate")
    run = clerks.bill.post("/rating/rating-runs", {})
    state = _follow(
        clerks.bill, f"/rating/rating-runs/{run['id']}/events", "rating", "orders", ("rated", "failed"), console
    )
    table = Table("outcome", "orders", "total", "example", box=None)
    for outcome in state["outcomes"]:
        results = f"/rating/rating-runs/{run['id']}/results"
        example = clerks.bill.get(results, outcome=outcome["outcome"], limit=1)["items"][0]
        words = example["detail"] or f"{example['number']} for {money(example['total'])}"
        table.add_row(outcome["outcome"], f"{outcome['orders']:,}", money(outcome["total"]), words)
    console.print(table)
    _explain(clerks.bill, console)
    return {outcome["outcome"]: outcome["orders"] for outcome in state["outcomes"]}


def _explain(bill: Clerk, console: Console) -> None:
    """Shows how the price of one order was worked out."""
    order = bill.get("/rating/work-orders", status="rated", sort="-total", limit=1)["items"][0]
    rating = bill.get(f"/rating/work-orders/{order['id']}/rating")
    key = " / ".join(rating["explanation"]["key"].values())
    console.print(
        f"Why {order['number']} costs {money(rating['total'])}: billing profile {rating['profile_id']}, {key}"
    )
    for line in rating["explanation"]["lines"]:
        mark = "[green]+[/green]" if line["verdict"] == "charged" else "[dim]-[/dim]"
        console.print(f"  {mark} {line['billing_item']:<22} {line['words']}")


def _follow(
    clerk: Clerk, path: str, words: str, whole: str, parts: tuple[str, str], console: Console
) -> dict[str, Any]:
    """Shows live progress as a bar and returns the final state."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    state: dict[str, Any] = {}
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task(words, total=None)
        for state in clerk.follow(path):
            progress.update(bar, total=state[whole], completed=sum(state[part] for part in parts))
    return state


def assign_rollups(bill: Clerk, console: Console) -> int:
    """Assigns the orders of bill-tos with roll-ups to monthly drafts; returns the number of drafts."""
    _step(console, bill, "assigns orders to roll-up invoices for bill-tos that get one invoice a month")
    made = bill.post("/rating/invoices/assign", {})
    table = Table("draft", "branch", "bill-to", "cycle", "orders", "total", box=None)
    for draft in bill.get("/rating/invoices", status="draft", sort="bill_to", limit=10)["items"]:
        cycle = f"{draft['cycle_from']} to {draft['cycle_to']}"
        table.add_row(
            str(draft["id"]), draft["branch"], draft["bill_to_name"], cycle, str(draft["orders"]), money(draft["total"])
        )
    console.print(table)
    console.print(
        f"{counted(made['orders'], 'order')} for {money(made['total'])} on "
        f"{counted(made['new_invoices'], 'draft roll-up invoice')}"
    )
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
    ready = clerks.bill.pages("/rating/ready-to-export")
    warnings = Counter(warning["detail"] for order in ready for warning in order["warnings"])
    for words, count in warnings.most_common():
        console.print(f"▲ {counted(count, 'order')}: {words}")
    output.mkdir(parents=True, exist_ok=True)
    for media_type, name in (("application/pdf", "ready-to-export.pdf"), ("text/csv", "ready-to-export.csv")):
        (output / name).write_bytes(clerks.bill.download("/rating/ready-to-export", media_type))
        console.print(f"wrote {output / name}")


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
    """Exports the selection, or everything that is ready; returns the finished run and its duration in seconds."""
    _step(console, bill, "runs Export Rated Work Orders to A/R")
    started_at = time.monotonic()
    run = bill.post("/rating/exports", {"selection": selection or {}})
    state = _follow(
        bill, f"/rating/exports/{run['id']}/events", "exporting", "invoices", ("exported", "refused"), console
    )
    seconds = time.monotonic() - started_at
    console.print(
        f"run {state['id']}: {state['status']}, {counted(state['exported'], 'invoice')} for "
        f"{money(state['exported_total'])} in Accounts Receivable, {state['refused']} refused, {seconds:.2f} s"
    )
    return state, seconds


def send_rollups(bill: Clerk, console: Console) -> float:
    """Exports the roll-up invoices before the end of their cycle, by selecting them; returns the seconds."""
    drafts = [draft["id"] for draft in bill.pages("/rating/invoices", status="draft")]
    if not drafts:
        return 0.0
    _step(console, bill, f"sends {counted(len(drafts), 'roll-up invoice')} before the month ends")
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
            invoice["number"],
            invoice["month"],
            str(invoice["transaction"]),
            who,
            money(invoice["total"]),
            money(invoice["open"]),
        )
    console.print(table)
    console.print(f"{counted(page['totals']['count'], 'invoice')}, {money(page['totals']['open'])} open")
    whole = clerks.rita.get(f"/receivables/invoices/{page['items'][0]['id']}")
    posted: dict[str, Decimal] = defaultdict(Decimal)
    for row in whole["distributions"]:
        posted[row["account"]] += Decimal(row["debit"]) - Decimal(row["credit"])
    _must(sum(posted.values()) == 0, f"invoice {whole['number']} posts {dict(posted)}")
    accounts = ", ".join(f"{account} {amount:+,}" for account, amount in sorted(posted.items()))
    console.print(f"GL distributions of {whole['number']} by account (debits +, credits -): {accounts}")
    customer = clerks.rita.get("/receivables/customers", search=whole["customer"])["items"][0]
    account = clerks.rita.get(f"/receivables/customers/{customer['id']}/account")
    console.print(
        f"Account of {customer['name']}: {counted(len(account['items']), 'open invoice')} for "
        f"{money(account['open_total'])}, unbilled {money(account['unbilled'])}, exposure {money(account['exposure'])}"
    )


def show_limits(clerks: Clerks, console: Console) -> None:
    """Shows that a caller limited to one branch sees nothing of the others."""
    _step(console, clerks.mia, "works for Miami only, and cannot see the orders of other branches")
    mine = clerks.mia.get("/rating/work-orders", limit=1)["totals"]
    other = clerks.bill.get("/rating/work-orders", branch="SAT", limit=1)["items"][0]
    try:
        clerks.mia.get(f"/rating/work-orders/{other['id']}")
    except Refused as refused:
        _must(refused.status == 404, f"the answer was {refused.status}")
        console.print(
            f"she sees {counted(mine['count'], 'order')}; "
            f"the answer for order {other['number']} of San Antonio is 404 {refused.code}"
        )
        return
    raise LocalError("The demo found that a limited clerk saw another branch's order.")


def credit_and_rerate(clerks: Clerks, console: Console) -> None:
    """Credits an invoice, corrects its order, and rates and exports it again."""
    _step(console, clerks.rita, "credits an invoice whose mileage was wrong, with disposition rerate")
    order = next(
        order
        for order in clerks.olga.pages("/rating/work-orders", status="exported")
        if _is_single_with_miles(clerks, order)
    )
    invoice = clerks.rita.get("/receivables/invoices", work_order=order["number"])["items"][0]
    credit = {"disposition": "rerate", "reason": "mileage was reported wrong"}
    credited = clerks.rita.post(f"/receivables/invoices/{invoice['id']}/credits", credit)["invoice"]
    memo = credited["amendments"][0]
    console.print(
        f"invoice {credited['number']}: {money(credited['total'])} credited by transaction {memo['transaction']}, "
        f"{money(credited['open'])} open, status {credited['status']}"
    )
    path = f"/rating/work-orders/{order['id']}"
    reopened = _eventually(lambda: _when_open(clerks.olga, path), f"order {order['number']} was not reopened")
    _step(console, clerks.olga, "corrects the mileage of the reopened order")
    changed = clerks.olga.call("PATCH", path, json={"miles": "12.5"}, headers={"if-match": f'"{reopened["revision"]}"'})
    console.print(f"{order['number']}: {plain(Decimal(reopened['miles']))} miles were reported, 12.5 were driven")
    _step(console, clerks.bill, "rates it again and exports it")
    rated = clerks.bill.call("POST", f"{path}/rating", headers={"if-match": changed.headers["etag"]}).json()
    console.print(f"version {rated['version']}: {money(rated['total'])}")
    export(clerks.bill, console)
    newest = clerks.rita.get("/receivables/invoices", work_order=order["number"], sort="-id")["items"][0]
    _must(newest["number"] != credited["number"], "the order was not invoiced again")
    console.print(f"{order['number']} is now on invoice {newest['number']} for {money(newest['total'])}")


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
    """Shows what the servers have earned; returns the total owed to them."""
    _step(console, bill, "looks at the commissions, which are all owed because their invoices are in A/R")
    totals = bill.get("/rating/commissions", limit=1)["totals"]
    table = Table("server", "name", "bookings", "not yet in A/R", "owed", box=None)
    for server in totals["by_server"]:
        table.add_row(
            server["server"], server["name"], str(server["bookings"]), money(server["accrued"]), money(server["owed"])
        )
    console.print(table)
    _must(Decimal(totals["accrued"]) == 0, f"commissions of {money(totals['accrued'])} are not in A/R")
    owed: str = totals["owed"]
    return owed


def summarize(clerks: Clerks, outcomes: dict[str, int], seconds: float, console: Console) -> dict[str, Any]:
    """Compares the two ledgers and returns the summary."""
    _step(console, clerks.bill, r"and ALAMO\rita compare rating and receivables")
    result = reconcile(clerks.bill, clerks.rita)
    current, totals = result.rating["current"], result.receivables["totals"]
    console.print(
        f"rated {money(current['rated'])} = invoiced {money(current['invoiced'])} "
        f"+ in flight {money(current['in_flight'])} + waiting {money(current['waiting'])}; "
        f"credited {money(current['credited'])}"
    )
    for account in result.receivables["accounts"]:
        console.print(
            f"GL company {account['gl_company']}, account {account['account']}: "
            f"sub-ledger {money(account['sub_ledger'])}, general ledger {money(account['general_ledger'])}"
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
    """Prints the last line, for programs; it is never wrapped."""
    print(json.dumps(summary))
