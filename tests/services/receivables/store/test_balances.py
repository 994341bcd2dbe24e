"""Balances of invoices: a migration gives earlier invoices what the trigger would have kept."""

import runpy
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from services.receivables import migrations
from shared.database.pool import Database
from tests.fixtures.clerk import Clerk
from tests.services.receivables.fixtures import Cluster

FILL = runpy.run_path(str(Path(migrations.__path__[0]) / "versions" / "0021_balances_of_earlier_invoices.py"))["_FILL"]


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
        async with engine.connect() as connection:
            await connection.execute(text(FILL))
        assert await balances() == kept
    await engine.dispose()
    await owner.close()
