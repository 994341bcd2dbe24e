"""What the reconciliation finds: each figure that is kept twice is compared, and every difference is named."""

from typing import Any

import pytest

from shared.access.grants import Grant, Level, Limits
from shared.database.pool import Database
from shared.database.statements import execute
from tests.fixtures.ledgers import Company, Enter, Rate, key
from tests.services.rating.conftest import Export, Identity

LINES_OF_W2 = """
    UPDATE rating_line SET amount = amount - 3
    WHERE rating_id = (SELECT r.id FROM rating r JOIN work_order w ON w.id = r.work_order_id WHERE w.number = 'W2')
"""


@pytest.mark.parametrize(
    ("change", "kind", "document", "amount"),
    [
        ("UPDATE work_order SET total = 81 WHERE number = 'W2'", "ORDER_AND_RATING", "work order W2", "1.00"),
        ("UPDATE work_order SET total = 5 WHERE number = 'W3'", "ORDER_AND_RATING", "work order W3", "5.00"),
        ("UPDATE work_order SET on_rollup = true WHERE number = 'W2'", "ORDER_AND_INVOICE", "work order W2", "80.00"),
        ("UPDATE work_order SET on_rollup = false WHERE on_rollup", "ORDER_AND_INVOICE", "work order R1", "80.00"),
        (
            LINES_OF_W2,
            "RATING_AND_LINES",
            "work order W2",
            "3.00",
        ),
        (
            "UPDATE work_order SET export_attempt = 2 WHERE number = 'W1'",
            "ORDER_AND_HAND_OVER",
            "work order W1",
            "80.00",
        ),
    ],
)
async def test_a_figure_that_does_not_match_the_other_is_named(
    company: Company,
    enter: Enter,
    rate: Rate,
    export: Export,
    rating_database: Database,
    cluster: Any,
    identity: Identity,
    change: str,
    kind: str,
    document: str,
    amount: str,
) -> None:
    """W1 is exported, W2 rated, W3 open, and R1 on a draft rollup."""
    rating, _ = company
    await enter("W1")
    await export()
    second, _third = await enter("W2", "W3")
    await rate(second["id"])
    await rating.post(
        "/v1/rollup-rules", json={"ar_company": 1, "bill_to": "S1002", "style": "rollup", "cycle": "monthly"}
    )
    (rolled,) = await enter("R1", customer="S1002")
    await rate(rolled["id"])
    assert (await rating.post("/v1/invoices/assign", json={}, headers=key("assign"))).is_success
    assert (await rating.get("/v1/reconciliation")).json()["differences"] == []
    owner = Database(cluster(rating_database.name, "rating_owner"), 1)
    async with owner.transaction() as session:
        await execute(session, change)
    await owner.close()
    found = [one for one in (await rating.get("/v1/reconciliation")).json()["differences"] if one["kind"] != "RATED"]
    assert [(one["kind"], one["document"], one["amount"]) for one in found] == [(kind, document, amount)]
    elsewhere = identity(
        "rating", Grant("rating.reconciliation", Level.VIEW, Limits(ar_companies=frozenset({7}), branches=frozenset()))
    )
    assert (await rating.get("/v1/reconciliation", headers=elsewhere)).json()["differences"] == []
