"""Partial credits of exported invoices: what they leave, when a disposition is needed, and many at once."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from httpx import Response

from shared.access.grants import Grant, Level, Limits
from shared.contracts.invoice_credited import InvoiceCredited
from shared.database.pool import Database
from tests.fixtures.exchange import data_of, exchange, take_events
from tests.fixtures.ledgers import Company, Enter, key
from tests.services.receivables.fixtures import Export, Identity, Reconciled

MONTH = {"month": "2026-11", "reason": "agreed"}


@pytest.fixture
async def invoice(company: Company, enter: Enter, export: Export) -> dict[str, Any]:
    """An exported invoice for W1 with lines of 95.00 and 26.00."""
    _, receivables = company
    await enter("W1", zip_code="78130", miles="40")
    await export()
    head: dict[str, Any]
    (head,) = (await receivables.get("/v1/invoices")).json()["items"]
    return head


async def test_an_order_stays_locked_until_the_last_of_several_credits_brings_it_to_zero(
    company: Company,
    invoice: dict[str, Any],
    enter: Enter,
    reconciled: Reconciled,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    rating, receivables = company
    path = f"/v1/invoices/{invoice['id']}/credits"
    part = {**MONTH, "lines": [{"line": 1, "amount": "45.00"}, {"line": 2}]}
    first = await receivables.post(path, json=part, headers=key(1))
    assert first.status_code == 201, first.text
    assert (first.json()["invoice"]["open"], first.json()["invoice"]["status"]) == ("50.00", "partly_settled")
    await exchange(rating_database, receivables_database)
    (order,) = (await rating.get("/v1/work-orders", params={"search": "W1"})).json()["items"]
    assert order["status"] == "exported"
    await reconciled()
    without = await receivables.post(path, json=MONTH, headers=key(2))
    assert (without.status_code, without.json()["code"]) == (422, "DISPOSITION_MISSING")
    assert "W1" in without.json()["detail"]
    last = await receivables.post(path, json={**MONTH, "disposition": "rerate"}, headers=key(3))
    assert (last.json()["invoice"]["open"], last.json()["invoice"]["status"]) == ("0.00", "credited")
    await exchange(rating_database, receivables_database)
    order = (await rating.get(f"/v1/work-orders/{order['id']}")).json()
    assert (order["status"], order["rating_version"]) == ("open", 2)
    await reconciled()


async def test_a_disposition_that_would_do_nothing_is_refused(company: Company, invoice: dict[str, Any]) -> None:
    _, receivables = company
    body = {**MONTH, "disposition": "close", "lines": [{"line": 1, "amount": "1.00"}]}
    answer = await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json=body, headers=key(1))
    assert (answer.status_code, answer.json()["code"]) == (422, "DISPOSITION_UNNEEDED")
    assert "120.00 of W1" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"lines": [{"line": 3}]}, "LINE_NOT_ON_INVOICE", "/lines/0/line"),
        ({"lines": [{"line": 1, "amount": "95.01"}]}, "MORE_THAN_LEFT", "/lines/0/amount"),
        ({"lines": [{"line": 1, "amount": "1.001"}]}, "INVALID_INPUT", "/lines/0/amount"),
        ({"lines": [{"line": 1}, {"line": 1}]}, "INVALID_INPUT", "/lines"),
        ({"lines": []}, "INVALID_INPUT", "/lines"),
        ({"lines": [{"line": 1}], "work_order_ids": [1]}, "INVALID_INPUT", "/"),
    ],
)
async def test_an_invalid_partial_credit_names_the_field(
    company: Company, invoice: dict[str, Any], body: dict[str, Any], code: str, pointer: str
) -> None:
    _, receivables = company
    answer = await receivables.post(f"/v1/invoices/{invoice['id']}/credits", json={**MONTH, **body}, headers=key(1))
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_rating_gets_net_amounts_and_a_disposition_only_if_there_is_one(
    company: Company, invoice: dict[str, Any], receivables_database: Database
) -> None:
    _, receivables = company
    path = f"/v1/invoices/{invoice['id']}/credits"
    await receivables.post(path, json={**MONTH, "lines": [{"line": 1, "amount": "15.00"}]}, headers=key(1))
    await receivables.post(path, json={**MONTH, "disposition": "close"}, headers=key(2))
    events = [one for one in await take_events(receivables_database, "receivables") if one[1] == "invoice-credited"]
    credits_ = [InvoiceCredited.model_validate(data_of(event)) for event in events]
    assert [(credit.disposition, credit.orders[0].credited, credit.orders[0].remaining) for credit in credits_] == [
        (None, Decimal("15.00"), Decimal("106.00")),
        ("close", Decimal("106.00"), Decimal("0.00")),
    ]


async def test_two_hundred_credits_at_once_never_take_more_than_is_left(
    company: Company,
    invoice: dict[str, Any],
    reconciled: Reconciled,
    rating_database: Database,
    receivables_database: Database,
) -> None:
    """Each takes 1.00 of 95.00. Credits that would take more are refused with the reason."""
    _, receivables = company
    path = f"/v1/invoices/{invoice['id']}/credits"
    body = {**MONTH, "lines": [{"line": 1, "amount": "1.00"}]}

    async def credit(number: int) -> Response:
        """A request that waited too long for its turn on a busy machine is sent again; its key makes the two one."""
        while (answer := await receivables.post(path, json=body, headers=key(number))).status_code == 503:
            assert answer.json()["code"] == "SERVICE_BUSY", answer.text
        return answer

    answers = await asyncio.gather(*(credit(one) for one in range(200)))
    assert sorted(one.status_code for one in answers) == [201] * 95 + [422] * 105
    assert {one.json()["code"] for one in answers if one.status_code == 422} == {"MORE_THAN_LEFT"}
    whole = (await receivables.get(f"/v1/invoices/{invoice['id']}")).json()
    assert (whole["open"], [one["remaining"] for one in whole["lines"]]) == ("26.00", ["0.00", "26.00"])
    await exchange(rating_database, receivables_database)
    await reconciled()


async def test_an_exported_invoice_with_a_discount_is_credited_by_what_is_open_and_typed_positive(
    company: Company, enter: Enter, export: Export, reconciled: Reconciled, identity: Identity
) -> None:
    """Lines of 95.00, 26.00 and −100.00 have 21.00 open; a request for approval shows what was typed."""
    rating, receivables = company
    (order,) = await enter("W1", zip_code="78130", miles="40")
    discount = {"billing_item": "Mileage", "rate": "-100.00", "comment": "courtesy"}
    path = f"/v1/work-orders/{order['id']}"
    etag = (await rating.get(path)).headers["etag"]
    assert (await rating.post(f"{path}/manual-lines", json=discount, headers={"if-match": etag})).status_code == 201
    await export()
    (invoice,) = (await receivables.get("/v1/invoices")).json()["items"]
    assert invoice["open"] == "21.00"
    path = f"/v1/invoices/{invoice['id']}/credits"
    for number, (lines, pointer) in enumerate(
        (
            ([{"line": 1, "amount": "21.01"}], "/lines"),
            ([{"line": 1}], "/lines"),
            ([{"line": 3, "amount": "-10.00"}], "/lines/0/amount"),
            ([{"line": 3, "amount": "100.01"}], "/lines/0/amount"),
        )
    ):
        refused = await receivables.post(path, json={**MONTH, "lines": lines}, headers=key(f"refused {number}"))
        assert (refused.status_code, refused.json()["code"]) == (422, "MORE_THAN_LEFT"), refused.text
        assert refused.json()["errors"][0]["pointer"] == pointer
    both = {**MONTH, "lines": [{"line": 1, "amount": "40.00"}, {"line": 3, "amount": "30.00"}]}
    trial = await receivables.post(f"{path}/trial", json={"month": "2026-11", "lines": both["lines"]})
    assert trial.status_code == 200, trial.text
    tried = trial.json()
    assert [(one["line"], one["credited"], one["remaining"]) for one in tried["lines"]] == [
        (1, "40.00", "55.00"),
        (3, "-30.00", "-70.00"),
    ]
    assert (tried["open"], tried["applied"]) == (
        {"before": "21.00", "after": "11.00"},
        {"before": "0.00", "after": "-10.00"},
    )
    assert tried["exposure"] == {"before": "21.00", "after": "11.00"}
    assert (tried["credited"], tried["needs_approval"], tried["needs_disposition"]) == ("10.00", False, False)
    assert sum(float(row["debit"]) - float(row["credit"]) for row in tried["distributions"]) == 0
    assert (await receivables.get(f"/v1/invoices/{invoice['id']}")).json()["open"] == "21.00"
    whole = {"month": "2026-11", "credit_date": "1999-11-21"}
    at_zero = (await receivables.post(f"{path}/trial", json=whole)).json()
    assert (at_zero["needs_disposition"], [order["remaining"] for order in at_zero["orders"]]) == (True, ["0.00"])
    assert [one["rule"] for one in at_zero["warnings"]] == ["DATED_BEFORE_INVOICE", "DATE_FAR_FROM_MONTH"]
    view = Grant("receivables.credits", Level.VIEW)
    alone = await receivables.post(f"{path}/trial", json=both, headers=identity("receivables", view))
    assert (alone.status_code, alone.json()["exposure"], alone.json()["open"]["after"]) == (200, None, "11.00")
    others = Grant("receivables.credits", Level.VIEW, Limits(customers=frozenset({"S1002"})))
    hidden = await receivables.post(f"{path}/trial", json=both, headers=identity("receivables", others))
    assert hidden.status_code == 404
    unneeded = await receivables.post(f"{path}/trial", json={**both, "disposition": "close"})
    assert unneeded.json()["code"] == "DISPOSITION_UNNEEDED"
    ours = Grant("receivables.credits", Level.EDIT, Limits(customers=frozenset({"S1001"})))
    limited = {**identity("receivables", ours), **key("both")}
    credited = await receivables.post(path, json=both, headers=limited)
    assert credited.json()["invoice"]["open"] == "11.00", credited.text

    found = await receivables.get("/v1/ar-companies/1")
    company_limit = {**found.json(), "four_eyes_limit": "5.00"}
    await receivables.put("/v1/ar-companies/1", json=company_limit, headers={"if-match": found.headers["etag"]})
    assert (await receivables.post(f"{path}/trial", json=both)).json()["needs_approval"] is True
    asked = await receivables.post(path, json={**both, "disposition": None}, headers=key("asked"))
    request = (await receivables.get(asked.headers["location"])).json()
    assert [(one["line"], one["amount"]) for one in request["lines"]] == [(1, "40.00"), (3, "30.00")]
    await reconciled()
