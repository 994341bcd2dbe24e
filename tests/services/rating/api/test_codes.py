"""Everyone with a feature of rating reads the names of codes, without what is set for each."""

from shared.access.grants import Grant, Level, Limits
from shared.database.pool import Database
from tests.fixtures.ledgers import Company
from tests.services.rating.conftest import CountStatements, Identity


async def test_names_of_all_codes_come_in_one_statement_and_once(
    company: Company, identity: Identity, rating_database: Database, count_statements: CountStatements
) -> None:
    rating, _ = company
    rush = await rating.get("/v1/priorities/RUSH")
    body = {**rush.json(), "retired_on": "2026-11-02"}
    await rating.put("/v1/priorities/RUSH", json=body, headers={"if-match": rush.headers["etag"]})
    caller = identity("rating", Grant("rating.wip", Level.VIEW))
    async with count_statements(rating_database) as statements:
        answer = await rating.get("/v1/codes", headers=caller)
    assert statements.count == 1
    codes = answer.json()
    assert {"code": "RUSH", "name": rush.json()["name"], "retired": True} in codes["priorities"]
    nouns = {
        "job_types": "job-types",
        "servers": "servers",
        "billing_items": "billing-items",
        "quantities": "quantities",
    }
    for kind, noun in nouns.items():
        listed = (await rating.get(f"/v1/{noun}")).json()["items"]
        assert [one["name"] for one in codes[kind]] == [one["name"] for one in listed]
    again = await rating.get("/v1/codes", headers={**caller, "if-none-match": f"W/{answer.headers['etag']}"})
    assert (again.status_code, again.content) == (304, b"")
    await rating.post("/v1/priorities", json={"code": "CALM", "name": "Calm"})
    changed = await rating.get("/v1/codes", headers={**caller, "if-none-match": answer.headers["etag"]})
    assert (changed.status_code, changed.headers["etag"] == answer.headers["etag"]) == (200, False)


async def test_a_caller_sees_the_branches_of_any_of_their_grants(company: Company, identity: Identity) -> None:
    rating, _ = company
    grants = [
        Grant("rating.wip", Level.VIEW, Limits(branches=frozenset({"MIA"}))),
        Grant("rating.export", Level.EDIT, Limits(ar_companies=frozenset({2}))),
    ]
    companies = {one["code"]: one["ar_company"] for one in (await rating.get("/v1/branches")).json()["items"]}
    shown = (await rating.get("/v1/codes", headers=identity("rating", *grants))).json()["branches"]
    assert {one["code"] for one in shown} == {code for code, company in companies.items() if company == 2} | {"MIA"}
    assert len(shown) < len(companies)
    refused = await rating.get("/v1/codes", headers=identity("rating"))
    assert (refused.status_code, refused.json()["code"]) == (403, "FORBIDDEN")
