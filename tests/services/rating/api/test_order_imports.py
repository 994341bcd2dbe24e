"""Imports of orders are records, and are withdrawn whole while every order of them is open."""

from shared.access.grants import Grant, Level, Limits
from tests.fixtures.ledgers import Company, Rate, order_csv
from tests.services.rating.conftest import Identity


async def test_an_import_is_a_record_and_can_be_withdrawn(company: Company, rate: Rate, identity: Identity) -> None:
    rating, _ = company
    limited = identity(
        "rating", Grant("rating.work_orders", Level.EDIT, Limits(branches=frozenset({"SAT"}))), name="A\\x"
    )

    async def load(*numbers: str) -> int:
        rows = order_csv(*(f"{number},SAT,S1001,STANDARD,CITATION,78205,," for number in numbers))
        headers = {"content-type": "text/csv", "idempotency-key": f"file {numbers[0]}"}
        answer = await rating.post(
            "/v1/work-orders/import", params={"file_name": "may.csv"}, content=rows, headers=headers
        )
        assert answer.status_code == 201, answer.text
        return int((await rating.get("/v1/imports")).json()["items"][0]["id"])

    first = await load(*(f"W{number}" for number in range(7)))
    second = await load("X1", "X2")
    (newest, older) = (await rating.get("/v1/imports")).json()["items"]
    assert (newest["id"], newest["file_name"], newest["key"], older["orders"]) == (second, "may.csv", "file X1", 7)
    assert (await rating.get("/v1/imports", headers=limited)).json()["items"] == []
    assert (await rating.get(f"/v1/imports/{first}", headers=limited)).status_code == 404
    orders = (await rating.get("/v1/work-orders")).json()["items"]
    for order in orders[:6]:
        await rate(order["id"])
    refused = await rating.post(f"/v1/imports/{first}/withdraw", json={"reason": "wrong file"})
    assert (refused.status_code, refused.json()["code"]) == (409, "IMPORT_NOT_OPEN")
    assert "W0 (rated), W1 (rated)" in refused.json()["detail"]
    assert "and 1 more." in refused.json()["detail"]
    withdrawn = await rating.post(f"/v1/imports/{second}/withdraw", json={"reason": "wrong file"})
    assert (withdrawn.status_code, withdrawn.json()["reason"]) == (200, "wrong file"), withdrawn.text
    left = (await rating.get("/v1/work-orders")).json()["items"]
    assert not any(order["number"].startswith("X") for order in left)
    step = (await rating.get(f"/v1/work-orders/{orders[7]['id']}/history")).json()["items"][0]
    assert (step["action"], step["note"]) == ("voided", "wrong file")
    assert (await rating.get(f"/v1/imports/{second}")).json() == withdrawn.json()
    again = await rating.post(f"/v1/imports/{second}/withdraw", json={"reason": "x"})
    assert again.json()["code"] == "IMPORT_WITHDRAWN"
