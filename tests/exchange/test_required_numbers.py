"""A customer in receivables says which of the client's numbers its orders must have; rating refuses orders without them."""

from shared.database.pool import Database
from tests.fixtures.exchange import deliver, take_events
from tests.fixtures.ledgers import Company, load, order_csv
from tests.services.rating.api.test_work_order_services import ENTRY


async def test_an_order_without_a_required_number_is_refused(
    company: Company, rating_database: Database, receivables_database: Database
) -> None:
    rating, receivables = company
    old = await rating.post("/v1/work-orders", json={**ENTRY, "number": "W0"})
    file = b"ar_company,number,name,customer_type,required_numbers\n1,S1001,Harlan & Ruiz LLP,LAW,matter; claim\n"
    assert (await load(receivables, "customers", file)).json()["changed"] == 1
    (customer,) = (await receivables.get("/v1/customers", params={"search": "S1001"})).json()["items"]
    assert customer["required_numbers"] == ["claim", "matter"]
    await deliver(rating_database, "rating", await take_events(receivables_database, "receivables"))
    refused = await rating.post("/v1/work-orders", json={**ENTRY, "matter": "M-1"})
    assert (refused.status_code, refused.json()["code"]) == (422, "CLIENT_NUMBER_REQUIRED")
    assert [one["pointer"] for one in refused.json()["errors"]] == ["/claim"]
    made = await rating.post("/v1/work-orders", json={**ENTRY, "matter": "M-1", "claim": "C1"})
    for answer, change, pointers in (
        (made, {"matter": ""}, ["/matter"]),
        (old, {"miles": "3"}, None),
        (made, {"bill_to": "S1002", "matter": ""}, ["/matter"]),
        (made, {"customer": "S1002", "bill_to": "S1002", "matter": ""}, None),
    ):
        path, etag = f"/v1/work-orders/{answer.json()['id']}", {"if-match": answer.headers["etag"]}
        changed = await rating.patch(path, json=change, headers=etag)
        assert changed.status_code == (200 if pointers is None else 422), changed.text
        assert pointers is None or [one["pointer"] for one in changed.json()["errors"]] == pointers
    rows = [
        f"W{one},SAT,{customer},STANDARD,CITATION,78205,,"
        for one, customer in ((5, "S1001"), (6, "S1002"), (7, "s1001"))
    ]
    imported = await load(rating, "work-orders", order_csv(*rows))
    assert [one["pointer"] for one in imported.json()["errors"]] == [
        f"line {line}, column {name}" for line in (2, 4) for name in ("claim", "matter")
    ]
    odd = {**{name: customer[name] for name in ("ar_company", "name", "customer_type")}, "number": "S9"}
    answer = await receivables.post("/v1/customers", json={**odd, "required_numbers": ["shoe_size"]})
    assert answer.json()["errors"][0]["pointer"] == "/required_numbers/0"
