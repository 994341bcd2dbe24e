"""Both reconciliations, and the two compared, from a month on: what was exported before is left out of both."""

from typing import Any

import httpx

from deploy.local.reconcile import differences_between
from tests.fixtures.ledgers import Company, Enter
from tests.services.receivables.fixtures import Export


async def close(receivables: httpx.AsyncClient, month: str) -> None:
    for company in (await receivables.get("/v1/ar-companies")).json()["items"]:
        await receivables.post("/v1/months/close", json={"ar_company": company["number"], "month": month})


async def test_the_runs_of_a_closed_month_are_left_out_of_both(company: Company, enter: Enter, export: Export) -> None:
    rating, receivables = company
    await enter("W1")
    await export(month="2026-10", invoice_date="2026-10-31")
    await enter("W2", "W3")
    await export(month="2026-11")
    await close(receivables, "2026-10")

    theirs: dict[str, Any] = (await receivables.get("/v1/reconciliation")).json()
    assert theirs["from_month"] == "2026-11"
    ours = (await rating.get("/v1/reconciliation", params={"from_month": "2026-11"})).json()
    assert [(run["exported"], run["exported_total"]) for run in ours["runs"]] == [(2, "160.00")]
    assert (ours["current"]["invoiced"], theirs["totals"]["exported"]) == ("160.00", "160.00")
    assert differences_between(ours, theirs) == []

    whole = (await rating.get("/v1/reconciliation")).json()
    assert whole["current"]["invoiced"] == "240.00"
    everything = (await receivables.get("/v1/reconciliation", params={"from_month": "2026-10"})).json()
    assert differences_between(whole, everything) == []
