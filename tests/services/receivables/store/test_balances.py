"""Balances of invoices: migrations give earlier invoices what the trigger would have kept.

The status of an invoice is the same in SQL as by its rule.
"""

import runpy
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from services.receivables import migrations
from services.receivables.rules.invoices import InvoiceRow
from services.receivables.store.invoices import STATUS
from shared.database.pool import Database
from tests.fixtures.clerk import Clerk
from tests.services.receivables.fixtures import Cluster

VERSIONS = Path(migrations.__path__[0]) / "versions"
FILLS = [
    runpy.run_path(str(VERSIONS / f"{name}.py"))["_FILL"]
    for name in ("0021_balances_of_earlier_invoices", "0030_source_and_type_of_earlier_balances")
]


async def test_earlier_invoices_get_the_balances_that_their_postings_would_have_kept(
    clerk: Clerk, receivables_database: Database, cluster: Cluster
) -> None:
    changed = await clerk.post_invoice({"net": "100"}, {"net": "20"})
    await clerk.post_invoice({"net": "50"}, customer="E2")
    batch_id = await clerk.batch()
    await clerk.entered(batch_id, type="credit_memo", apply_to=changed["id"], lines=[{"apply_line": 1, "amount": "30"}])
    await clerk.post(batch_id)
    owner = await asyncpg.connect(url := cluster(receivables_database.name, "receivables_owner"))

    async def balances() -> list[Any]:
        return await owner.fetch("SELECT * FROM invoice_balance ORDER BY invoice_id")

    kept = await balances()
    assert [(row["open"], row["amended"]) for row in kept] == [(90, 1), (Decimal("52.50"), 0)]
    await owner.execute("DELETE FROM invoice_balance")
    # As a migration runs, in autocommit_block.
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=partial(asyncpg.connect, url), isolation_level="AUTOCOMMIT"
    )
    for _ in range(2):
        for fill in FILLS:
            async with engine.connect() as connection:
                await connection.execute(text(fill))
        assert await balances() == kept
    await engine.dispose()
    await owner.close()


async def test_the_status_of_an_invoice_is_the_same_in_sql_as_by_its_rule(receivables_database: Database) -> None:
    amounts = (Decimal("0.00"), Decimal("-5.00"), Decimal("5.00"))
    cases = list(product(amounts, (0, 1), amounts, amounts, (False, True)))
    values = ", ".join(f"({number}, {', '.join(map(str, case))})" for number, case in enumerate(cases))
    async with receivables_database.transaction() as session:
        found = await session.execute(
            text(
                f"SELECT {STATUS} FROM (VALUES {values}) AS b (number, open, amended, credited, written_off, deleted)"
                " ORDER BY number"
            )
        )
        in_sql = list(found.scalars())
    head: dict[str, Any] = {
        "id": 1,
        "ar_company": 1,
        "month": "2026-11",
        "transaction": 1,
        "number": "1",
        "customer": "E1",
        "customer_name": "",
        "branch": None,
        "invoice_date": date.min,
        "due_on": date.min,
        "receivable_type": 1,
        "source": "rating",
        "total": Decimal(0),
        "applied": Decimal(0),
    }
    names = ("open", "amended", "credited", "written_off", "deleted")
    rows: list[dict[str, Any]] = [dict(zip(names, case, strict=True)) for case in cases]
    by_rule = [InvoiceRow(**head, **row).status for row in rows]
    assert in_sql == by_rule
    assert set(by_rule) == {"open", "partly_settled", "credited", "written_off", "paid", "deleted"}
