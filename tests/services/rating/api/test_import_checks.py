"""Files that are only checked: every error is reported and nothing is imported."""

import httpx
import pytest
from sqlalchemy import text

from shared.database.pool import Database
from tests.fixtures.ledgers import Company, Enter, order_csv

RATE = "server,percent,effective_from,effective_to\nS1,40,2026-01-01,\n"
PROFILE = (
    "branch,customer_type,priority,job_type,region,effective_from,billing_item,method,rate\n"
    "SAT,LAW,RUSH,WRIT,BEXAR,2016-01-01,Service of process,flat,80\n"
)
FILES = {
    "branches": "code,name,ar_company\nELP,El Paso,1\n",
    "customer-types": "code,name\nCOURT,Courts\n",
    "priorities": "code,name\nLATER,Later\n",
    "job-types": "code,name\nLETTER,Letters\n",
    "regions": "code,name,zips\nELPASO,El Paso County,79901\n",
    "zones": "code,name,zips\nWEST,West,799\n",
    "bill-types": "code,name,kind\nNIGHT,At night,flag\n",
    "billing-items": "name,income_account\nNight service,4000\n",
    "servers": "code,name\nS9,Ines Ortega\n",
    "quantities": "code,name,derived,derived_from\nMAN_HOURS,Hours of all,product,hours; persons\n",
    "commission-rates": RATE,
    "billing-profiles": PROFILE,
    "rollup-rules": "ar_company,bill_to,style,grouping,cycle\n1,S1002,rollup,none,weekly\n",
    "work-orders": order_csv("W7,SAT,S1001,STANDARD,CITATION,78205,,").decode(),
    "prebills": "work_order,billing_item,rate\nW1,Mileage,5\n",
    "proofs": "work_order,miles\nW1,5\n",
    "work-order-services": "work_order,service,party,street,city,state,zip\nW1,1,Ana Diaz,1 Elm St,Austin,TX,78701\n",
}
FAULTY = {
    "branches": "code,name,ar_company\nELP,El Paso,one\n",
    "regions": "code,name,zips\nELPASO,El Paso County,7990\n",
    "zones": "code,name,zips\nWEST,West,799\nEAST,East,799\n",
    "bill-types": "code,name,kind\nGONE,Gone,outcome\n",
    "quantities": "code,name,derived,derived_from\nMAN_HOURS,Hours of all,product,hours; MAN_HOURS\n",
    "commission-rates": RATE + "S8,40,2026-01-01,\n",
    "billing-profiles": PROFILE.replace("WRIT", "NOTHING"),
    "rollup-rules": "ar_company,bill_to,style,grouping,cycle\n1,S1002,rollup,none,\n",
    "work-orders": order_csv("W1,SAT,S1001,STANDARD,CITATION,78205,,").decode(),
    "prebills": "work_order,billing_item,rate\nW0,Mileage,5\n",
    "proofs": "work_order,miles\nW0,5\n",
    "work-order-services": "work_order,service,party,street,city,state,zip\nW1,1,Ana Diaz,,Austin,TX,78701\n",
}


@pytest.fixture
async def rating(company: Company, enter: Enter) -> httpx.AsyncClient:
    await enter("W1")
    made = await company[0].post("/v1/servers", json={"code": "S1", "name": "Ana Luz", "receives_commission": True})
    assert made.status_code == 201, made.text
    return company[0]


async def send(rating: httpx.AsyncClient, noun: str, content: str, **query: str) -> httpx.Response:
    return await rating.post(
        f"/v1/{noun}/import", params=query, content=content.encode(), headers={"content-type": "text/csv"}
    )


async def rows(database: Database) -> dict[str, str | None]:
    """All rows of the tables that imports write, as one string for each table."""
    tables = ("branch", "customer_type", "priority", "job_type", "region", "region_zip", "zone", "zone_zip")
    others = ("bill_type", "billing_item", "server", "commission_rate", "billing_profile", "profile_line")
    async with database.transaction() as session:
        return {
            table: (
                await session.execute(text(f"SELECT string_agg(t::text, ' ' ORDER BY t::text) FROM {table} t"))
            ).scalar()
            for table in (*tables, *others, "rollup_rule", "work_order", "order_charge", "rate_table_state")
        }


async def test_every_import_of_rating_can_be_checked_first(rating: httpx.AsyncClient) -> None:
    paths = (await rating.get("/openapi.json")).json()["paths"]
    assert {path.split("/")[2] for path in paths if path.endswith("/import")} == set(FILES)


@pytest.mark.parametrize("noun", FILES)
async def test_a_checked_file_is_counted_but_not_imported_until_it_is_sent_again(
    rating: httpx.AsyncClient, rating_database: Database, noun: str
) -> None:
    before = await rows(rating_database)
    checked = await send(rating, noun, FILES[noun], check="true")
    counted = [checked.json()[name] for name in ("imported", "checked", "created", "more_changes")]
    change = "changed" if noun == "proofs" else "created"
    assert (checked.status_code, counted) == (200, [0, 1, int(change == "created"), 0]), checked.text
    assert [one["change"] for one in checked.json()["changes"]] == [change]
    assert await rows(rating_database) == before
    loaded = await send(rating, noun, FILES[noun])
    assert (loaded.status_code, loaded.json()["imported"]) == (201, 1), loaded.text
    assert await rows(rating_database) != before


@pytest.mark.parametrize("noun", FAULTY)
async def test_a_check_reports_the_same_errors_as_the_import(
    rating: httpx.AsyncClient, rating_database: Database, noun: str
) -> None:
    before = await rows(rating_database)
    checked, loaded = [await send(rating, noun, FAULTY[noun], **query) for query in ({"check": "true"}, {})]
    assert (checked.status_code, checked.json()["code"]) == (422, "IMPORT_REFUSED"), checked.text
    assert checked.json()["errors"] == loaded.json()["errors"]
    assert await rows(rating_database) == before


async def test_a_check_also_reports_what_only_the_database_refuses(
    rating: httpx.AsyncClient, rating_database: Database
) -> None:
    await send(rating, "billing-profiles", PROFILE)
    again = await send(rating, "billing-profiles", PROFILE, check="true")
    assert (again.status_code, again.json()["code"]) == (422, "IMPORT_REFUSED"), again.text
