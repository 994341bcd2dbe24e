"""One answer names every faulty place of a body: changes, parts of entries, and several things that are sent together."""

from typing import Any

import httpx
import pytest

from tests.fixtures.ledgers import Company, Enter, key, load

PROFILE = {
    "branch": "SAT",
    "customer_type": "LAW",
    "priority": "STANDARD",
    "job_type": "CITATION",
    "region": "BEXAR",
    "effective_from": "2026-11-01",
}
ITEM = {"billing_item": "Mileage", "rate": "5"}


def places(answer: httpx.Response) -> list[str]:
    assert 400 <= answer.status_code < 500, answer.text
    return [one["pointer"] for one in answer.json()["errors"]]


async def change(client: httpx.AsyncClient, method: str, path: str, body: dict[str, Any]) -> httpx.Response:
    headers = {"if-match": (await client.get(path)).headers["etag"]}
    return await client.request(method, path, json=body, headers=headers)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"name": "", "pay_terms": "NEVER", "tax_code": "NONE"}, ["/name", "/pay_terms", "/tax_code"]),
        ({"email": "nobody", "ar_company": 2, "tax_code": "NONE"}, ["/email", "/ar_company", "/tax_code"]),
    ],
)
async def test_a_change_of_a_customer_names_unknown_records_beside_invalid_fields(
    company: Company, body: dict[str, Any], found: list[str]
) -> None:
    _, receivables = company
    (customer,) = (await receivables.get("/v1/customers", params={"search": "S1001"})).json()["items"]
    refused = await change(receivables, "PATCH", f"/v1/customers/{customer['id']}", body)
    assert sorted(places(refused)) == sorted(found)


async def test_a_change_keeps_retired_records_that_the_customer_has_beside_an_invalid_field(company: Company) -> None:
    _, receivables = company
    terms = {"ar_company": 1, "code": "OLD", "description": "Old", "due_days": 10}
    assert (await receivables.post("/v1/pay-terms", json=terms)).status_code == 201
    entry = {"ar_company": 1, "number": "S9", "name": "A", "customer_type": "LAW", "pay_terms": "OLD"}
    path = f"/v1/customers/{(await receivables.post('/v1/customers', json=entry)).json()['id']}"
    retired = await change(receivables, "PUT", "/v1/pay-terms/1/OLD", {**terms, "retired_on": "2026-11-01"})
    assert retired.status_code == 200, retired.text
    assert places(await change(receivables, "PATCH", path, {"name": "", "pay_terms": "OLD"})) == ["/name"]


async def test_a_change_of_an_order_names_unknown_codes_beside_invalid_fields(company: Company, enter: Enter) -> None:
    (order,) = await enter("W1")
    path = f"/v1/work-orders/{order['id']}"
    body = {"service_on": "soon", "branch": "NOWHERE", "triggers": ["NEVER"], "servers": [{"server": "S0"}]}
    refused = await change(company[0], "PATCH", path, body)
    assert places(refused) == ["/service_on", "/branch", "/servers", "/triggers"]


async def test_an_order_is_refused_with_the_faults_of_its_prebills(company: Company) -> None:
    order = {"number": "W1", "branch": "NOWHERE", "customer": "S1001", "priority": "STANDARD", "job_type": "CITATION"}
    prebills = [ITEM, {"billing_item": "Nothing"}]
    valid = {**order, "service_on": "2026-11-02", "prebills": prebills}
    assert places(await company[0].post("/v1/work-orders", json=valid)) == ["/branch", "/prebills/1/billing_item"]
    refused = await company[0].post("/v1/work-orders", json={**valid, "service_on": "soon"})
    assert places(refused) == ["/service_on", "/branch", "/prebills/1/billing_item"]
    trial = {"order": {**order, "service_on": "2026-11-02"}, "manual_lines": prebills}
    tried = await company[0].post("/v1/rating-trials", json=trial)
    assert places(tried) == ["/order/branch", "/manual_lines/1/billing_item"]
    tried = await company[0].post("/v1/rating-trials", json={**trial, "order": {**order, "service_on": "soon"}})
    assert places(tried) == ["/order/service_on", "/order/branch", "/manual_lines/1/billing_item"]


@pytest.mark.parametrize(
    ("part", "body", "found"),
    [
        (
            "prebills",
            {"billing_item": "Nothing", "rate": 5, "servers": [{"server": "S0", "share": "x"}, {}, {"share": "2"}]},
            [
                *("/rate", "/servers/0/share", "/servers/1/server", "/servers/2/server"),
                *("/billing_item", "/servers"),
            ],
        ),
        (
            "manual-lines",
            {"billing_item": "Nothing", "quantity": "-1", "rate": "x"},
            ["/rate", "/billing_item", "/quantity"],
        ),
        (
            "overrides",
            {"billing_item": "Nothing", "bill_type": "NEVER", "amount": "1.234", "reason": "x"},
            ["/amount", "/billing_item", "/bill_type"],
        ),
    ],
)
async def test_a_charge_names_unknown_items_beside_invalid_fields(
    company: Company, enter: Enter, part: str, body: dict[str, Any], found: list[str]
) -> None:
    (order,) = await enter("W1")
    headers = {"if-match": f'"{order["revision"]}"'}
    refused = await company[0].post(f"/v1/work-orders/{order['id']}/{part}", json=body, headers=headers)
    assert places(refused) == found


async def test_a_change_of_a_rollup_rule_names_contradictions_beside_invalid_fields(company: Company) -> None:
    rule = {"ar_company": 1, "bill_to": "S1001", "style": "rollup", "cycle": "monthly"}
    assert (await company[0].post("/v1/rollup-rules", json=rule)).status_code == 201
    refused = await change(
        company[0], "PUT", "/v1/rollup-rules/1/S1001", {"style": "single", "cycle": "weekly", "colour": 1}
    )
    assert places(refused) == ["/colour", "/cycle"]
    entered = await company[0].post(
        "/v1/rollup-rules", json={**rule, "bill_to": "S0", "cycle": None, "grouping": "all"}
    )
    assert places(entered) == ["/grouping", "/cycle", "/bill_to"]


async def test_a_change_of_a_server_rate_names_the_server_beside_an_invalid_date(company: Company) -> None:
    rating, _ = company
    entry = {"server": "S0", "percent": "40", "effective_from": "2026-11-31"}
    assert places(await rating.post("/v1/commission-rates", json=entry)) == ["/effective_from", "/server"]


async def test_a_profile_with_an_invalid_line_is_checked_for_overlaps_and_bases(company: Company) -> None:
    rating, _ = company
    share = {"billing_item": "Skip trace", "method": "percent_of", "rate": "10"}
    lines = [
        {**ITEM, "minimum": "x"},
        {**share, "base": ["Rush"]},
        {**share, "base": ["Skip trace"]},
        {**share, "base": ["#9"]},
    ]
    body = {**PROFILE, "lines": lines}
    found = ["/lines/0/minimum", "/lines/1/base", "/lines/2/base", "/lines/3/base", "/effective_from"]
    assert sorted(set(places(await rating.post("/v1/billing-profiles", json=body)))) == sorted(found)
    # A line without a valid name may be the one that a base names.
    body["lines"] = [{**ITEM, "billing_item": ""}, {**share, "base": ["Rush"]}]
    assert places(await rating.post("/v1/billing-profiles", json=body)) == ["/lines/0/billing_item", "/effective_from"]
    # Nothing is said of dates that depend on an invalid one.
    body["effective_to"] = "soon"
    assert "/effective_from" not in places(await rating.post("/v1/billing-profiles", json=body))


async def test_a_change_of_a_profile_does_not_overlap_with_itself_beside_an_invalid_line(company: Company) -> None:
    rating, _ = company
    query = {name: PROFILE[name] for name in ("branch", "customer_type", "priority", "job_type", "region")}
    (found,) = (await rating.get("/v1/billing-profiles", params=query)).json()["items"]
    body = {**PROFILE, "region": "NOWHERE", "lines": [{**ITEM, "rate": 5}, {"billing_item": "Nothing", "rate": "1"}]}
    refused = await change(rating, "PUT", f"/v1/billing-profiles/{found['id']}", body)
    assert places(refused) == ["/lines/0/rate", "/region", "/lines/1/billing_item"]
    same = await change(
        rating, "PUT", f"/v1/billing-profiles/{found['id']}", {**PROFILE, "lines": [{**ITEM, "rate": 5}]}
    )
    assert places(same) == ["/lines/0/rate"]


HEAD = "SAT,LAW,STANDARD,{job_type},BEXAR,{first}"
COLUMNS = "branch,customer_type,priority,job_type,region,effective_from,billing_item,method,rate,base\n"


def profile_rows(*rows: tuple[str, str, str]) -> bytes:
    """Rows of profiles: job type, first day, and the line."""
    return (
        COLUMNS + "".join(f"{HEAD.format(job_type=job, first=first)},{line}\n" for job, first, line in rows)
    ).encode()


async def test_a_file_of_profiles_with_an_invalid_line_is_checked_for_overlaps_and_bases(company: Company) -> None:
    rating, _ = company
    file = profile_rows(
        ("CITATION", "2026-11-01", "Mileage,flat,much,"),
        ("CITATION", "2026-11-01", "Skip trace,percent_of,10,Rush"),
        ("SUBPOENA", "1990-01-01", "Mileage,flat,5,"),
        ("SUBPOENA", "1990-01-01", "Skip trace,percent_of,10,Skip trace"),
    )
    assert places(await load(rating, "billing-profiles", file)) == [
        "line 2, column rate",
        "line 2, column effective_from",
        "line 3, column base",
        "line 4, column effective_from",
        "line 5, column base",
    ]


async def test_a_line_without_its_profile_may_be_what_its_neighbors_name(company: Company) -> None:
    rating, _ = company
    file = profile_rows(
        ("WRIT", "soon", "Mileage,flat,5,"),
        ("WRIT", "2026-11-01", "Skip trace,percent_of,10,Mileage"),
        ("WRIT", "2026-12-01", "Skip trace,percent_of,10,Mileage"),
    )
    assert places(await load(rating, "billing-profiles", file)) == [
        "line 2, column effective_from",
        "line 4, column base",
        "line 4, column effective_from",
    ]


async def test_a_selection_names_what_does_not_exist_beside_an_invalid_date(company: Company) -> None:
    rating, receivables = company
    selection = {"branches": ["NOWHERE"], "bill_tos": ["S0"]}
    found = ["/selection/branches/0", "/selection/bill_tos/0"]
    exported = await rating.post("/v1/exports", json={"selection": selection, "month": "2026-13"}, headers=key(1))
    assert places(exported) == ["/month", *found]
    assigned = await rating.post("/v1/invoices/assign", json={"selection": selection, "colour": 1}, headers=key(2))
    assert places(assigned) == ["/colour", *found]
    both = {"selection": {**selection, "rated_until": "soon"}}
    assert places(await rating.post("/v1/exports", json=both, headers=key(3))) == ["/selection/rated_until", *found]
    mixed = {"selection": {"branches": ["SAT", 7, "NOWHERE"], "bill_tos": ["S0"]}}
    found = ["/selection/branches/1", "/selection/branches/2", "/selection/bill_tos/0"]
    assert places(await rating.post("/v1/exports", json=mixed, headers=key(4))) == found
    run = await rating.post(
        "/v1/rating-runs", json={"branches": ["NOWHERE"], "customers": ["S0"], "service_to": "soon"}
    )
    assert places(run) == ["/service_to", "/branches/0", "/customers/0"]
    criteria = {"kind": "invoice_balance", "ar_company": 1, "older_than": "soon", "limit": "5.00", "customers": ["S0"]}
    written = await receivables.post("/v1/write-offs/preview", json={**criteria, "contracts": ["C-0"]})
    assert places(written) == ["/older_than", "/customers/0", "/contracts/0"]


async def test_the_first_200_unknown_names_are_listed_and_the_others_counted(company: Company) -> None:
    lines = [{"billing_item": "Nothing", "rate": "5"}] * 250
    answer = (
        await company[0].post("/v1/billing-profiles", json={**PROFILE, "job_type": "NOTHING", "lines": lines})
    ).json()
    assert (len(answer["errors"]), sum(kind["count"] for kind in answer["more"])) == (200, 51), answer["detail"]


async def test_a_payment_of_commissions_names_servers_and_periods_that_do_not_exist(company: Company) -> None:
    rating, _ = company
    for body, found in (
        ({"servers": [5, "S0"]}, ["/servers/0", "/servers/1"]),
        ({"servers": ["S0"], "through_period": 99}, ["/servers/0", "/through_period"]),
        ({"servers": ["S0"], "through_period": "x"}, ["/through_period", "/servers/0"]),
    ):
        assert places(await rating.post("/v1/commission-payments", json=body, headers=key(found))) == found


CODES = {
    "zones": ({"code": "B1", "name": "", "zips": ["782"]}, ["/name", "/zips"]),
    "regions": ({"code": "any", "name": "", "zips": ["782"]}, ["/name", "/zips/0", "/code"]),
    "bill-types": ({"code": "FOO", "name": "", "kind": "outcome"}, ["/name", "/code"]),
    "quantities": (
        {"code": "miles", "name": "", "derived": "product", "derived_from": ["GONE", "persons"]},
        ["/name", "/code", "/derived_from"],
    ),
    "rollup-rules": ({"ar_company": "x", "bill_to": "S1001", "style": "rollup"}, ["/ar_company", "/cycle"]),
}


@pytest.mark.parametrize("noun", CODES)
async def test_a_record_names_what_contradicts_beside_invalid_fields(company: Company, noun: str) -> None:
    rating, _ = company
    zone = {"code": "A1", "name": "A", "zips": ["782"]}
    assert (await rating.post("/v1/zones", json=zone)).status_code == 201
    body, found = CODES[noun]
    assert places(await rating.post(f"/v1/{noun}", json=body)) == found


async def test_a_copy_of_a_profile_names_unknown_codes_beside_invalid_dates(company: Company) -> None:
    body = {"region": "NOWHERE", "effective_from": "soon"}
    assert places(await company[0].post("/v1/billing-profiles/1/copies", json=body)) == ["/effective_from", "/region"]
    overlap = {"effective_from": "2026-01-01", "source": 5}
    assert places(await company[0].post("/v1/billing-profiles/1/copies", json=overlap)) == [
        "/source",
        "/effective_from",
    ]


async def test_batches_are_filtered_by_their_creator_in_any_spelling(company: Company) -> None:
    _, receivables = company
    made = await receivables.post("/v1/batches", json={"ar_company": 1, "month": "2026-11"})
    for name in (made.json()["created_by"].upper(), made.json()["created_by"].lower()):
        assert len((await receivables.get("/v1/batches", params={"created_by": name})).json()["items"]) == 1
