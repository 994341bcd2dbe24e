"""Proofs of delivery: entered by field staff who may not change anything else of the order, one by one or by file."""

from shared.access.grants import Grant, Level, Limits
from shared.database.pool import Database
from tests.fixtures.ledgers import Company, load
from tests.services.rating.api.test_work_order_services import ENTRY, OPEN
from tests.services.rating.conftest import CountStatements, Identity

PROOF = Grant("rating.proof", Level.EDIT)


async def test_field_staff_enter_proofs_and_nothing_else(company: Company, identity: Identity) -> None:
    rating, _ = company
    made = await rating.post(
        "/v1/work-orders", json={**ENTRY, "miles": "3", "services": [OPEN, {**OPEN, "party": "B"}]}
    )
    path = f"/v1/work-orders/{made.json()['id']}"
    staff = identity("rating", PROOF, name="ALAMO\\field")
    elsewhere = identity("rating", Grant("rating.proof", Level.EDIT, Limits(branches=frozenset({"MIA"}))))
    reader = identity("rating", Grant("rating.proof", Level.VIEW), Grant("rating.work_orders", Level.EDIT))
    etag = {"if-match": made.headers["etag"]}
    assert (await rating.patch(path, json={"miles": "4"}, headers={**staff, **etag})).status_code == 403
    assert (await rating.put(f"{path}/proof", json={}, headers={**reader, **etag})).status_code == 403
    assert (await rating.get(f"{path}/proof", headers=elsewhere)).status_code == 404
    read = await rating.get(f"{path}/proof", headers=reader)
    assert (read.headers["etag"], read.json()["miles"], len(read.json()["services"])) == (etag["if-match"], "3.000", 2)
    served = {
        "service": 2,
        "outcome": "served",
        "served_at": "2026-11-02T10:00",
        "attempts": [{"at": "2026-11-02T10:00"}],
    }
    proof = {
        "waiting_minutes": "25",
        "pod_received": True,
        "services": [{"service": 1, "outcome": "cancelled"}, served],
    }
    entered = await rating.put(f"{path}/proof", json=proof, headers={**staff, **etag})
    assert entered.status_code == 200, entered.text
    order = (await rating.get(path)).json()
    assert [order[name] for name in ("miles", "waiting_minutes", "attempts", "field_status", "pod_received")] == [
        *(None, "25.000", "1.000", "served", True)
    ]
    assert [(one["party"], one["outcome"]) for one in order["services"]] == [
        ("Elena Ortega", "cancelled"),
        ("B", "served"),
    ]
    assert (await rating.get(f"{path}/history")).json()["items"][0]["by"] == "ALAMO\\field"
    now = {"if-match": entered.headers["etag"]}
    for body, code, pointer in (
        ({"services": [{"service": 3, "outcome": "open"}]}, "UNKNOWN_REFERENCE", "/services/0/service"),
        ({"services": [{**served, "server": "S999"}]}, "UNKNOWN_REFERENCE", "/services/0/server"),
        ({"servees": "5"}, "DERIVED_FROM_SERVICES", "/servees"),
        ({"branch": "MIA"}, "INVALID_INPUT", "/branch"),
    ):
        refused = await rating.put(f"{path}/proof", json=body, headers={**staff, **now})
        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert refused.json()["errors"][0]["pointer"] == pointer


async def test_proofs_come_by_file(
    company: Company, identity: Identity, rating_database: Database, count_statements: CountStatements
) -> None:
    rating, _ = company
    for number, further in (("W1", {"miles": "3"}), ("W2", {"services": [OPEN]}), ("W3", {"pages": "2"})):
        assert (await rating.post("/v1/work-orders", json={**ENTRY, "number": number, **further})).status_code == 201
    heading = "work_order,miles,servees,pod_received,field_status\n"
    async with count_statements(rating_database) as statements:
        done = await load(rating, "proofs", (heading + "w1,,2,yes,served\nW2,7,,yes,\nW3,,,no,\n").encode())
    assert (done.status_code, done.json()["changed"], done.json()["unchanged"]) == (201, 2, 1), done.text
    assert statements.count <= 9
    entries = (await rating.get("/v1/work-order-entries")).json()["items"]
    assert [
        (one["miles"], one["servees"], one["pages"], one["pod_received"], one["field_status"]) for one in entries
    ] == [
        (None, "2.000", None, True, "served"),
        ("7.000", "1.000", None, True, "in_field"),
        (None, None, "2.000", False, "in_field"),
    ]
    refused = await load(rating, "proofs", (heading + "W1,-1,,,\nW2,,9,,served\nW9,,,,\n").encode())
    assert {one["pointer"] for one in refused.json()["errors"]} == {
        *("line 2, column miles", "line 3, column servees", "line 3, column field_status", "line 4, column work_order")
    }
