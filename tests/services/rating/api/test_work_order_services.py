"""Services: who was to be served, entered with the order, changed, imported, found, and what they say about their order."""

from typing import Any

from tests.fixtures.ledgers import Company, load, order_csv

ENTRY = {
    "number": "W1",
    "branch": "SAT",
    "customer": "S1001",
    "priority": "STANDARD",
    "job_type": "CITATION",
    "service_on": "2026-11-02",
}
OPEN = {"party": "Elena Ortega", "street": "12 Oak St", "city": "San Antonio", "state": "tx", "zip": "78205"}
SERVED = {
    **OPEN,
    "party": "Alamo Freight Inc",
    "kind": "company",
    "zip": "78207-1001",
    "server": "S101",
    "outcome": "served",
    "served_at": "2026-11-02T23:30",
    "manner": "registered agent",
    "received_by": "R. Paz",
    "attempts": [
        {"at": "2026-11-01T09:00", "place": "office; rear", "note": "closed | dark"},
        {"at": "2026-11-02T23:30"},
    ],
}


async def test_the_services_of_an_order_say_where_how_often_and_how_it_ended(company: Company) -> None:
    rating, _ = company
    made = await rating.post("/v1/work-orders", json={**ENTRY, "services": [OPEN, SERVED]})
    assert made.status_code == 201, made.text
    order = made.json()
    told = ("served_zip", "servees", "attempts", "field_status", "completed_on")
    assert [order[name] for name in told] == ["78205", "2.000", "2.000", "in_field", None]
    assert order["services"][1]["served_at"] == "2026-11-02T23:30:00-06:00"
    path, etag = f"/v1/work-orders/{order['id']}", {"if-match": made.headers["etag"]}
    gone = {**OPEN, "outcome": "not_served", "attempts": [{"at": "2026-11-03T15:00Z", "server": "S102"}]}
    changed = await rating.patch(path, json={"services": [gone, order["services"][1]]}, headers=etag)
    assert changed.status_code == 200, changed.text
    assert [changed.json()[name] for name in told] == ["78205", "2.000", "3.000", "served", "2026-11-03"]
    assert changed.json()["services"][0]["attempts"][0]["at"] == "2026-11-03T09:00:00-06:00"
    step = (await rating.get(f"{path}/history")).json()["items"][0]
    assert {one["field"] for one in step["changes"]} >= {"services/1/outcome", "attempts", "field_status"}
    assert not any(one["field"].startswith("services/2") for one in step["changes"])
    assert (await rating.patch(path, json={"servees": "2"}, headers={"if-match": '"2"'})).status_code == 200
    for searched in ("alamo freight", "ORTEGA"):
        found = (await rating.get("/v1/work-orders", params={"search": searched})).json()["items"]
        assert [one["number"] for one in found] == ["W1"]
        assert (await rating.get("/v1/search", params={"q": searched})).json()["items"][0]["number"] == "W1"
    none = await rating.patch(path, json={"services": []}, headers={"if-match": '"3"'})
    assert (none.json()["services"], none.json()["servees"]) == ([], "2.000")


REFUSED: list[tuple[dict[str, Any], dict[str, Any], str, list[str]]] = [
    ({}, {"street": None, "zip": "7"}, "INVALID_INPUT", ["/services/0/street", "/services/0/zip"]),
    ({}, {"server": "S999"}, "UNKNOWN_REFERENCE", ["/services/0/server"]),
    ({}, {"outcome": "served"}, "UNKNOWN_REFERENCE", ["/services/0/served_at"]),
    ({}, {"served_at": "2026-11-02T10:00"}, "UNKNOWN_REFERENCE", ["/services/0/served_at"]),
    ({}, {"attempts": [{"at": "2026-11-02T10:00"}] * 21}, "INVALID_INPUT", ["/services/0/attempts"]),
    ({}, {"server": "S999", "state": "Texas"}, "INVALID_INPUT", ["/services/0/server", "/services/0/state"]),
    ({"servees": "2", "field_status": "served"}, {}, "DERIVED_FROM_SERVICES", ["/field_status", "/servees"]),
]


async def test_a_service_that_cannot_be_is_refused_with_its_field(company: Company) -> None:
    for further, service, code, pointers in REFUSED:
        answer = await company[0].post("/v1/work-orders", json={**ENTRY, **further, "services": [{**OPEN, **service}]})
        assert (answer.status_code, answer.json()["code"]) == (422, code), service
        assert sorted(one["pointer"] for one in answer.json()["errors"]) == pointers
    many = await company[0].post("/v1/work-orders", json={**ENTRY, "services": [OPEN] * 101})
    assert [one["pointer"] for one in many.json()["errors"]] == ["/services"]


async def test_services_of_many_orders_come_by_file_and_go_out_in_the_same_form(company: Company) -> None:
    rating, _ = company
    await load(rating, "work-orders", order_csv(*(f"W{one},SAT,S1001,STANDARD,CITATION,78205,," for one in (1, 2))))
    await rating.post("/v1/work-orders", json={**ENTRY, "number": "W3", "services": [OPEN, SERVED]})
    written = (await rating.get("/v1/work-order-services", headers={"accept": "text/csv"})).text
    assert "2026-11-02T23:30:00-06:00" in written
    file = written.replace("W3", "W1")
    checked = await load(rating, "work-order-services", file.encode())
    assert checked.status_code == 201, checked.text
    both = (await rating.get("/v1/work-order-services", params={"party": "freight"})).json()
    first, second = both["items"]
    assert both["totals"] == {"count": 2}
    assert {**first, "work_order": "W1", "work_order_id": second["work_order_id"]} == second
    assert second["attempts"][0] == {
        "at": "2026-11-01T09:00:00-06:00",
        "place": "office; rear",
        "note": "closed | dark",
        "server": None,
    }
    (order,) = (await rating.get("/v1/work-orders", params={"search": "W1"})).json()["items"]
    assert (await rating.get(f"/v1/work-orders/{order['id']}")).json()["servees"] == "2.000"
    revision = (await rating.get(f"/v1/work-orders/{order['id']}")).headers["etag"]
    again = (await load(rating, "work-order-services", file.encode())).json()
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 2)
    assert (await rating.get(f"/v1/work-orders/{order['id']}")).headers["etag"] == revision
    assert (await rating.get("/v1/work-order-services", params={"work_order": "w1"})).json()["totals"] == {"count": 2}
    heading = "work_order,service,party,street,city,state,zip,outcome,server\n"
    rows = "W2,1,A,1 Elm,Austin,TX,78701,served,S9\nW9,1,A,1 Elm,Austin,TX,78701,,\nw2,1,B,,Austin,TX,78701,,\n"
    refused = await load(rating, "work-order-services", (heading + rows).encode())
    assert refused.json()["code"] == "IMPORT_REFUSED"
    assert {one["pointer"] for one in refused.json()["errors"]} == {
        "line 2, column server",
        "line 2, column served_at",
        "line 3, column work_order",
        "line 4, column street",
        "line 4",
    }
