"""Customers and companies that receivables does not know: an order of one warns, a branch of one is refused."""

from tests.fixtures.ledgers import ORDER, Company, Enter


async def test_an_order_of_a_customer_that_receivables_does_not_know_warns(company: Company, enter: Enter) -> None:
    rating, _ = company
    (known,) = await enter("W1")
    assert (await rating.get(f"/v1/work-orders/{known['id']}")).json()["warnings"] == []
    entered = await rating.post(
        "/v1/work-orders", json={**ORDER, "number": "W2", "customer": "NEW1", "bill_to": "NEW2"}
    )
    order = entered.json()
    expected = ["UNKNOWN_CUSTOMER", "UNKNOWN_BILL_TO"]
    assert order["warnings"] == expected
    read = await rating.get(f"/v1/work-orders/{order['id']}")
    assert read.json()["warnings"] == expected
    changes = {"customer": "S1001", "bill_to": "NEW1"}
    changed = await rating.patch(
        f"/v1/work-orders/{order['id']}", json=changes, headers={"if-match": read.headers["etag"]}
    )
    assert changed.json()["warnings"] == ["UNKNOWN_BILL_TO"]
    listed = (await rating.get("/v1/work-orders")).json()["items"]
    assert {row["number"]: row["warnings"] for row in listed} == {"W1": [], "W2": ["UNKNOWN_BILL_TO"]}


async def test_a_branch_belongs_to_an_ar_company_that_exists(company: Company) -> None:
    rating, _ = company
    branch = {"code": "ELP", "name": "El Paso", "ar_company": 77}
    refused = await rating.post("/v1/branches", json=branch)
    assert (refused.status_code, refused.json()["code"]) == (422, "UNKNOWN_REFERENCE"), refused.text
    assert refused.json()["errors"] == [{"pointer": "/ar_company", "detail": "there is no AR company 77"}]
    assert (await rating.post("/v1/branches", json={**branch, "ar_company": 2})).status_code == 201
