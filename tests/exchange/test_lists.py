"""The big lists against a plain model: filters, sort orders, cursors and totals over random queries.

The model is Python: it filters and sorts all rows of a list, as the list shows them without filters. Each case has its own
seed, so that a failing one can be run again alone.
"""

import os
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import eq, ge, le
from typing import Any

import httpx
import pytest

from shared.database.pool import Database
from tests.fixtures.exchange import exchange, work_off
from tests.fixtures.ledgers import SAMPLE, Company, key, load
from tests.fixtures.rollups import MONTHLY

SEEDS = range(int(os.environ.get("RATEBOOK_SEEDS", "1")))
QUERIES = 10
"""How many random queries each list gets."""
Row = dict[str, Any]
Drawn = tuple[Any, Callable[[Row], bool]]
"""A value of a filter, and which rows match it."""
Draw = Callable[[random.Random, Sequence[Row]], Drawn]


def number(value: Any) -> Any:
    """The value as it is compared: amounts as numbers, texts by their code points, and no amount as zero."""
    if value is None:
        return Decimal(0)
    try:
        return Decimal(value) if isinstance(value, str) and "." in value else value
    except ArithmeticError:
        return value


def one(name: str, compare: Callable[[Any, Any], bool] = eq) -> Draw:
    """A filter by one value of a field."""

    def draw(chance: random.Random, rows: Sequence[Row]) -> Drawn:
        value = chance.choice([row[name] for row in rows if row[name] is not None])
        return value, lambda row: row[name] is not None and compare(number(row[name]), number(value))

    return draw


def several(name: str) -> Draw:
    """A filter by one or several values of a field."""

    def draw(chance: random.Random, rows: Sequence[Row]) -> Drawn:
        known = sorted({row[name] for row in rows})
        values = chance.sample(known, chance.randint(1, len(known)))
        return values, lambda row: row[name] in values

    return draw


def whether(holds: Callable[[Row], bool]) -> Draw:
    """A filter by yes or no."""

    def draw(chance: random.Random, _: Sequence[Row]) -> Drawn:
        wanted = chance.random() < 0.5
        return wanted, lambda row: holds(row) is wanted

    return draw


def part_of(*names: str, shortest: int = 1) -> Draw:
    """A search for a part of one of these fields."""

    def draw(chance: random.Random, rows: Sequence[Row]) -> Drawn:
        text = next(
            text for row in chance.sample(rows, len(rows)) if len(text := row[chance.choice(names)]) >= shortest
        )
        start = chance.randint(0, len(text) - shortest)
        part = text[start : start + chance.randint(shortest, shortest + 3)].strip() or text
        return chance.choice([part, part.lower()]), lambda row: any(part.lower() in row[name].lower() for name in names)

    return draw


def warned(chance: random.Random, rows: Sequence[Row]) -> Drawn:
    """A filter by warnings."""
    codes = sorted({warning["code"] for row in rows for warning in row["warnings"]} - {"RATE_CHANGED"})
    wanted = set(chance.sample(codes, chance.randint(1, len(codes))))
    return sorted(wanted), lambda row: bool(wanted & {warning["code"] for warning in row["warnings"]})


@dataclass(frozen=True)
class Modelled:
    """A list with its filters, sort orders, and the fields that its totals add up."""

    path: str
    filters: Mapping[str, Draw]
    sorts: Sequence[str]
    sums: Sequence[str] = ()
    unique: str = "id"
    sorted_as: Mapping[str, str] = field(default_factory=dict)

    def expect(self, rows: Sequence[Row], matching: Sequence[Callable[[Row], bool]], sort: str) -> list[Row]:
        found = [row for row in rows if all(matches(row) for matches in matching)]
        name = sort.removeprefix("-")
        name = self.sorted_as.get(name, name)
        return sorted(found, key=lambda row: (number(row[name]), row[self.unique]), reverse=sort.startswith("-"))


DATES = {"service_from": one("service_on", ge), "service_to": one("service_on", le)}
INVOICE_DATES = {"invoice_from": one("invoice_date", ge), "invoice_to": one("invoice_date", le)}
RATING = (
    Modelled(
        "work-orders",
        {
            **{name: one(name) for name in ("branch", "customer", "bill_to")},
            **DATES,
            "status": several("status"),
            "search": part_of("number", "reference", "case_title", "cause_number", "matter", shortest=3),
        },
        ("id", "number", "service_on", "branch", "bill_to", "status", "total"),
        ("total",),
    ),
    Modelled(
        "ready-to-export",
        {
            **{name: one(name) for name in ("branch", "bill_to", "job_type", "priority", "invoice_id")},
            "exportable": whether(lambda row: bool(row["exportable"])),
            "warning": warned,
        },
        ("number", "service_on", "branch", "bill_to", "job_type", "rated_at", "rated_by", "total"),
        ("total", "charges_total", "advances_total", "commission"),
        unique="work_order_id",
    ),
)
RECEIVABLES = (
    Modelled(
        "invoices",
        {
            **{name: one(name) for name in ("ar_company", "customer", "month", "branch", "receivable_type")},
            **INVOICE_DATES,
            "status": several("status"),
            "open": whether(lambda row: Decimal(row["open"]) != 0),
            "due_from": one("due_on", ge),
            "due_to": one("due_on", le),
            "amount_from": one("total", ge),
            "amount_to": one("total", le),
            "search": part_of("number", "customer"),
        },
        ("id", "number", "customer", "invoice_date", "due_on", "total", "open"),
        ("total", "open"),
    ),
    Modelled(
        "transactions",
        {
            **{name: one(name) for name in ("ar_company", "customer", "month", "batch_id")},
            **INVOICE_DATES,
            "type": several("type"),
            "search": part_of("invoice_number"),
        },
        ("id", "invoice_date"),
        ("net", "tax", "total"),
    ),
    Modelled(
        "batches",
        {
            **{name: one(name) for name in ("ar_company", "month", "source")},
            "status": several("status"),
            "mine": whether(lambda row: row["created_by"] == "ALAMO\\tester"),
        },
        ("id", "month"),
    ),
)


async def walk(client: httpx.AsyncClient, path: str, limit: int, query: Mapping[str, Any]) -> tuple[list[Row], Any]:
    """All pages of a list, and the totals of the first one."""
    rows: list[Row] = []
    totals, cursor = None, None
    while True:
        page = await client.get(
            f"/v1/{path}", params={**query, "limit": limit, **({"cursor": cursor} if cursor else {})}
        )
        assert page.status_code == 200, page.text
        body = page.json()
        assert (body["totals"] is None) == (cursor is not None)
        totals = totals or body["totals"]
        rows += body["items"]
        cursor = body["next_cursor"]
        if cursor is None:
            return rows, totals
        assert len(body["items"]) == limit


async def compare(chance: random.Random, client: httpx.AsyncClient, listed: Modelled) -> None:
    rows, _ = await walk(client, listed.path, 500, {})
    assert len(rows) > 5, listed.path
    for _ in range(QUERIES):
        names = chance.sample(sorted(listed.filters), chance.randint(0, min(3, len(listed.filters))))
        drawn = {name: listed.filters[name](chance, rows) for name in names}
        sort = chance.choice(["", "-"]) + chance.choice(listed.sorts)
        query = {name: value for name, (value, _) in drawn.items()} | {"sort": sort}
        expected = listed.expect(rows, [matches for _, matches in drawn.values()], sort)
        found, totals = await walk(
            client, listed.path, chance.choice([3, 7, 50, 500]) if len(expected) < 60 else 50, query
        )
        shown = f"{listed.path}?{query}"
        unique = [row[listed.unique] for row in expected]
        assert [row[listed.unique] for row in found] == unique, shown
        assert totals["count"] == len(expected), shown
        for name in listed.sums:
            assert Decimal(totals[name]) == sum((number(row[name]) for row in expected), Decimal(0)), (
                f"{name} of {shown}"
            )
        if "exportable" in totals:
            taken = [row for row in expected if row["exportable"]]
            assert totals["exportable"]["orders"] == len(taken), shown
            counts = {count["code"]: count["orders"] for count in totals["by_warning"]}
            assert counts == {
                code: sum(code in {warning["code"] for warning in row["warnings"]} for row in expected)
                for code in counts
            }, shown


async def credit_some(chance: random.Random, receivables: httpx.AsyncClient) -> None:
    invoices, _ = await walk(receivables, "invoices", 500, {"sort": "id"})
    for invoice in chance.sample(invoices, len(invoices) // 3):
        body: dict[str, Any] = {"reason": "random", "month": chance.choice(["2026-11", "2026-12"])}
        if chance.random() < 0.5:
            body["lines"] = [{"line": 1, "amount": f"{chance.randint(1, 20)}.00"}]
        else:
            body["disposition"] = chance.choice(["rerate", "close"])
        await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json=body, headers=key(invoice["id"]))


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_big_lists_show_what_a_plain_model_shows(
    seed: int, company: Company, rating_database: Database, receivables_database: Database
) -> None:
    chance = random.Random(seed)
    rating, receivables = company
    heading, *lines = (SAMPLE / "work-orders.csv").read_bytes().splitlines()
    await load(rating, "work-orders", b"\n".join([heading, *chance.sample(lines, 140)]))
    assert (await rating.post("/v1/rollup-rules", json=MONTHLY)).status_code == 201
    await rating.post("/v1/rating-runs", json={})
    await work_off(rating_database)
    await rating.post("/v1/invoices/assign", json={}, headers=key("assign"))
    for part in range(3):
        ready, _ = await walk(rating, "ready-to-export", 500, {"exportable": True})
        single = [row["work_order_id"] for row in ready if row["invoice_id"] is None]
        chosen = sorted(chance.sample(single, 15))
        dated = {"invoice_date": f"2026-{chance.choice([11, 12])}-{chance.randint(10, 28)}"}
        export = {"selection": {"work_order_ids": chosen}, **dated}
        assert (await rating.post("/v1/exports", json=export, headers=key(f"export {part}"))).status_code == 202
        await exchange(rating_database, receivables_database)
    for month in ("2026-11", "2026-11", "2026-12", "2026-12"):
        made = await receivables.post("/v1/batches", json={"ar_company": chance.randint(1, 2), "month": month})
        if made.is_success and chance.random() < 0.5:
            await receivables.post(f"/v1/batches/{made.json()['id']}/clear")
    await credit_some(chance, receivables)
    await exchange(rating_database, receivables_database)
    for client, lists in ((rating, RATING), (receivables, RECEIVABLES)):
        for listed in lists:
            await compare(chance, client, listed)
