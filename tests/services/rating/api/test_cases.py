"""The case of an order and the client's numbers: entered, imported, found, changed and given out again."""

from tests.fixtures.ledgers import Company, load, order_csv

FACTS = {
    "matter": "M-1001",
    "attorney": "J. Ruiz",
    "client_id": "C107",
    "claim": "CL-55",
    "contact": "Dana Cole",
    "purchase_order": "PO4001",
    "case_title": "Ortega v. Alamo Freight Inc",
    "cause_number": "2026-CI-00017",
    "court": "225th District Court, Bexar County, Texas",
    "plaintiff": "Elena Ortega",
    "defendant": "Alamo Freight Inc",
    "documents": "Citation and original petition",
    "ordered_on": "2026-10-20",
    "due_on": "2026-11-09",
    "completed_on": "2026-11-02",
}


async def test_a_case_is_imported_found_changed_and_given_out_as_it_came_in(
    company: Company,
) -> None:
    rating, _ = company
    heading, row, other = order_csv(
        "W1,SAT,S1001,STANDARD,CITATION,78205,,", "W2,SAT,S1002,RUSH,CITATION,78205,,"
    ).split(b"\n")
    commas = {"court": f'"{FACTS["court"]}"'}
    with_case = [heading + b"," + ",".join(FACTS).encode(), row + b"," + ",".join((FACTS | commas).values()).encode()]
    answer = await load(rating, "work-orders", b"\n".join([*with_case, other + b"," * len(FACTS)]))
    assert answer.status_code == 201, answer.text
    found = await rating.get("/v1/work-orders", params={"search": "alamo fre"})
    (order,) = found.json()["items"]
    for text in ("2026-ci", "m-100", "ORTEGA", "W1"):
        assert [
            one["number"] for one in (await rating.get("/v1/work-orders", params={"search": text})).json()["items"]
        ] == ["W1"]
        found = (await rating.get("/v1/search", params={"q": text})).json()["items"]
        assert [one["number"] for one in found if one["kind"] == "work_order"] == ["W1"]
    for day, numbers in (("2026-11-08", []), ("2026-11-09", ["W1"])):
        due = await rating.get("/v1/work-orders", params={"due_to": day})
        assert [one["number"] for one in due.json()["items"]] == numbers
    read = await rating.get(f"/v1/work-orders/{order['id']}")
    assert {name: read.json()[name] for name in FACTS} == FACTS
    csv = (await rating.get("/v1/work-order-entries", headers={"accept": "text/csv"})).text
    assert "Ortega v. Alamo Freight Inc" in csv
    changed = await rating.patch(
        f"/v1/work-orders/{order['id']}",
        json={"case_title": "Ortega v. Prado", "due_on": None},
        headers={"if-match": read.headers["etag"]},
    )
    assert (changed.json()["case_title"], changed.json()["due_on"]) == ("Ortega v. Prado", None)
    history = (await rating.get(f"/v1/work-orders/{order['id']}/history")).json()["items"][0]
    assert {one["field"] for one in history["changes"]} == {"case_title", "due_on"}
    refused = await rating.patch(
        f"/v1/work-orders/{order['id']}",
        json={"due_on": "soon", "case_title": "a\nb"},
        headers={"if-match": changed.headers["etag"]},
    )
    assert {one["pointer"] for one in refused.json()["errors"]} == {"/due_on", "/case_title"}


async def test_an_order_without_a_day_is_due_by_its_priority_or_job_type(company: Company) -> None:
    rating, _ = company
    for noun, row in (("priorities", "RUSH,Rush,1"), ("job-types", "CITATION,Citation,3")):
        answer = await load(rating, noun, f"code,name,due_days\n{row}\n".encode())
        assert answer.status_code == 201, answer.text
    heading, *rows = order_csv(
        "W1,SAT,S1001,STANDARD,CITATION,78205,,",
        "W2,SAT,S1002,RUSH,CITATION,78205,,",
        "W3,SAT,S1002,RUSH,CITATION,78205,,",
    ).split(b"\n")
    days = (b",2026-11-05,", b",2026-11-05,", b",2026-11-05,2026-11-30")
    content = b"\n".join([heading + b",ordered_on,due_on", *(row + more for row, more in zip(rows, days, strict=True))])
    answer = await load(rating, "work-orders", content)
    assert answer.status_code == 201, answer.text
    entry = {
        "branch": "SAT",
        "customer": "S1001",
        "priority": "RUSH",
        "job_type": "CITATION",
        "service_on": "2026-11-02",
    }
    for number, ordered in (("W4", {"ordered_on": "2026-11-06"}), ("W5", {})):
        made = await rating.post("/v1/work-orders", json={**entry, "number": number, **ordered})
        assert made.status_code == 201, made.text
    items = (await rating.get("/v1/work-orders", params={"sort": "number"})).json()["items"]
    assert {one["number"]: one["due_on"] for one in items} == {
        "W1": "2026-11-10",
        "W2": "2026-11-06",
        "W3": "2026-11-30",
        "W4": "2026-11-09",
        "W5": None,
    }
    refused = await load(rating, "priorities", b"code,name,due_days\nRUSH,Rush,400\n")
    assert refused.status_code == 422
    assert "due_days" in refused.json()["errors"][0]["pointer"], refused.text
