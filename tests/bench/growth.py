"""What single requests cost after three years: lists, search, accounts, reports and reconciliation of millions of rows."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Literal

from deploy.local.client import Clerk, Refused
from tests.bench.figures import Comparison, Demand, Figure, Tell, percentile
from tests.bench.fill import Size, fill_rating, fill_receivables
from tests.bench.stage import Stage

_PAGE_MS = 100
_TOTALS_MS = 1_000
_REPEATS = 20
_SLOW_REPEATS = 3
_SLOW_MS = 1_000
_POLL_SECONDS = 2


@dataclass(frozen=True)
class Asked:
    """A request of a clerk, and how long 95 of 100 may take at most."""

    words: str
    who: Literal["bill", "rita"]
    path: str
    budget_ms: int = _PAGE_MS


def asked(size: Size) -> Sequence[Asked]:
    """What clerks ask all day, for the customer with a tenth of everything and for a usual one."""
    middle = 10_000_000 + size.invoices // 2
    number = str(middle)
    ready = "/rating/ready-to-export"
    pages = [
        Asked("work orders, first page", "bill", "/rating/work-orders"),
        Asked("work orders, open", "bill", "/rating/work-orders?status=open"),
        Asked("work orders of a customer", "bill", "/rating/work-orders?bill_to=G00042"),
        Asked("work orders, of the biggest customer", "bill", "/rating/work-orders?bill_to=G00001"),
        Asked("work orders, by service date", "bill", "/rating/work-orders?sort=-service_on"),
        Asked("work orders, search", "bill", f"/rating/work-orders?search=W{middle}"),
        Asked("work orders, search by part of a number", "bill", f"/rating/work-orders?search={number[3:]}"),
        Asked("work orders of a branch", "bill", "/rating/work-orders?branch=SAT"),
        Asked("work orders, closed", "bill", "/rating/work-orders?status=closed"),
        Asked("open rollup invoices", "bill", "/rating/open-rollup-invoices"),
        Asked("draft invoices", "bill", "/rating/invoices"),
        Asked("draft invoices, of a customer", "bill", "/rating/invoices?bill_to=G00042"),
        Asked("Ready to Export", "bill", ready),
        Asked("Ready to Export, of a customer", "bill", f"{ready}?bill_to=G00042"),
        Asked("Ready to Export, of the biggest customer", "bill", f"{ready}?bill_to=G00001"),
        Asked("work in progress by customer", "bill", "/rating/work-in-progress?by=customer"),
        Asked("work in progress by server", "bill", "/rating/work-in-progress?by=server"),
        Asked("work in progress, orders", "bill", "/rating/work-in-progress/work-orders"),
        Asked("export runs", "bill", "/rating/exports"),
        Asked("commissions", "bill", "/rating/commissions"),
        Asked("commissions of an order", "bill", f"/rating/commissions?work_order=W{middle}"),
        Asked("invoices, first page", "rita", "/receivables/invoices"),
        Asked("invoices of a month", "rita", "/receivables/invoices?month=2025-03"),
        Asked("invoices of a customer", "rita", "/receivables/invoices?customer=G00042"),
        Asked("invoices of the biggest customer", "rita", "/receivables/invoices?customer=G00001"),
        Asked("invoices, by due date", "rita", "/receivables/invoices?sort=due_on"),
        Asked("invoices, by amount", "rita", "/receivables/invoices?sort=-total"),
        Asked("invoices, search by number", "rita", f"/receivables/invoices?search={number}"),
        Asked("invoices, search by part of a number", "rita", f"/receivables/invoices?search={number[3:]}"),
        Asked("invoices of a work order", "rita", f"/receivables/invoices?work_order=W{middle}"),
        Asked("customers", "rita", "/receivables/customers"),
        Asked("customers, search", "rita", "/receivables/customers?search=0042"),
        Asked("batches", "rita", "/receivables/batches"),
    ]
    return [
        # Totals are asked for by themselves.
        *(replace(one, path=f"{one.path}{'&' if '?' in one.path else '?'}totals=false") for one in pages),
        Asked("one invoice", "rita", f"/receivables/invoices/{middle}"),
        Asked("months", "rita", "/receivables/months"),
        Asked("invoices, with totals", "rita", "/receivables/invoices", _TOTALS_MS),
        Asked("customers, with totals", "rita", "/receivables/customers", _TOTALS_MS),
        Asked("coverage of open orders", "bill", "/rating/coverage", _TOTALS_MS),
        *(
            Asked(f"{words}, with totals", "bill", f"/rating/{path}", _TOTALS_MS)
            for words, path in (
                ("work orders", "work-orders"),
                ("draft invoices", "invoices"),
                ("Ready to Export", "ready-to-export"),
                ("open rollup invoices", "open-rollup-invoices"),
                ("work in progress", "work-in-progress"),
                ("commissions", "commissions"),
            )
        ),
    ]


def run(stage: Stage, tell: Tell, *, size: Size) -> Comparison:
    """Fills the databases and asks everything, one request after the other."""
    stage.in_database("receivables", lambda connection: fill_receivables(connection, size, tell))
    stage.in_database("rating", lambda connection: fill_rating(connection, size, tell))
    _wait_for_estimates(stage, tell)
    clerks = {"bill": stage.bill, "rita": stage.rita}
    figures, demands = [], []
    biggest, usual = (
        stage.rita.get("/receivables/customers", search=number)["items"][0]["id"] for number in ("G00001", "G00042")
    )
    from_month = stage.rita.get("/receivables/reconciliation")["from_month"]
    accounts = [
        Asked("account of the biggest customer", "rita", f"/receivables/customers/{biggest}/account"),
        Asked("account of a usual customer", "rita", f"/receivables/customers/{usual}/account"),
        Asked("reconciliation of receivables, open months", "rita", "/receivables/reconciliation", 10_000),
        Asked(
            "reconciliation of rating, runs of open months",
            "bill",
            f"/rating/reconciliation?from_month={from_month}",
            10_000,
        ),
    ]
    for one in (*asked(size), *accounts):
        milliseconds, refused = _ask(clerks[one.who], one)
        words = f"{one.words}, refused" if refused else one.words
        tell(f"{words}: {milliseconds:,.0f} ms")
        figures.append(Figure(words, milliseconds))
        demands.append(Demand(f"ms: {words}", inf if refused else milliseconds, one.budget_ms, "at most"))
    return Comparison(
        "growth",
        "After three years",
        f"{size.invoices:,} invoices of {size.months} months, {size.customers:,} customers, one of them with a tenth of "
        f"all, {size.open_orders:,} open and {size.ready_orders:,} rated orders. Each request is sent through the "
        f"gateway {_REPEATS} times, one after the other; given is what 95 of 100 take at most.",
        "ms",
        figures,
        demands,
    )


def _wait_for_estimates(stage: Stage, tell: Tell) -> None:
    """Waits until the job has estimated all open orders, and says how long that takes."""
    began = time.perf_counter()
    while (waiting := stage.bill.get("/rating/work-in-progress", limit=1)["totals"]["waiting"]) > 0:
        tell(f"{waiting:,} orders wait for their estimate")
        time.sleep(_POLL_SECONDS)
    tell(f"estimated all open orders in {time.perf_counter() - began:,.0f} s")


def _ask(clerk: Clerk, one: Asked) -> tuple[float, bool]:
    """The milliseconds that 95 of 100 requests take at most, and whether they are refused."""
    taken: list[float] = []
    refused = False
    while len(taken) < (_SLOW_REPEATS if taken and taken[0] > _SLOW_MS else _REPEATS):
        began = time.perf_counter()
        try:
            clerk.call("GET", one.path)
        except Refused:
            refused = True
        taken.append((time.perf_counter() - began) * 1000)
    # The first one finds nothing prepared.
    return percentile(taken[1:] or taken, 0.95), refused
