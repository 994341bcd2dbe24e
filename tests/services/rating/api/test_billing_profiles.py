"""Billing profiles and codes over HTTP: entered, changed, ended, copied, imported, exported and refused."""

import asyncio
import io
from typing import Any

import pytest
from openpyxl import Workbook

from shared.database.pool import Database
from shared.database.statements import execute
from tests.fixtures.ledgers import Company, Enter, Rate, load


def profile(**facts: Any) -> dict[str, Any]:
    """A profile with a key for which the sample company has no rates."""
    return {
        "branch": "SAT",
        "customer_type": "LAW",
        "priority": "SPECIAL",
        "job_type": "CITATION",
        "region": "BEXAR",
        "effective_from": "2026-01-01",
        "source": "a letter of 2025-12-01",
        "lines": [{"billing_item": "Service of process", "rate": "130"}],
        **facts,
    }


async def test_a_profile_is_entered_read_changed_and_ended(company: Company) -> None:
    rating, _ = company
    made = await rating.post("/v1/billing-profiles", json=profile())
    assert made.status_code == 201, made.text
    path = f"/v1/billing-profiles/{made.json()['id']}"
    assert (await rating.get(path)).json() == made.json()
    lines = [{"billing_item": "Service of process", "rate": "135.5"}, {"billing_item": "Mileage", "rate": "0.7",
              "method": "per_unit", "quantity_source": "miles", "minimum": "15.00"}]  # fmt: skip
    changed = await rating.put(path, json=profile(lines=lines), headers={"if-match": made.headers["etag"]})
    assert [(line["rate"], line["minimum"]) for line in changed.json()["lines"]] == [
        ("135.50000", None),
        ("0.70000", "15.00"),
    ]
    stale = await rating.put(path, json=profile(), headers={"if-match": made.headers["etag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "VERSION_STALE")
    end = {"effective_to": "2026-06-30"}
    ended = await rating.post(f"{path}/end", json=end, headers={"if-match": changed.headers["etag"]})
    assert (ended.json()["effective_to"], len(ended.json()["lines"])) == ("2026-06-30", 2)
    assert (await rating.get("/v1/billing-profiles/999999")).json()["code"] == "NOT_FOUND"


async def test_a_change_of_rates_applies_from_the_next_rating(company: Company, enter: Enter, rate: Rate) -> None:
    rating, _ = company
    (order,) = await enter("W1")
    assert (await rate(order["id"])).json()["total"] == "80.00"
    query = {"branch": "SAT", "customer_type": "LAW", "priority": "STANDARD", "job_type": "CITATION", "region": "BEXAR"}
    (found,) = (await rating.get("/v1/billing-profiles", params=query)).json()["items"]
    raised = {**profile(priority="STANDARD", effective_from="2016-05-01"), "lines": [{**LINE, "rate": "85"}]}
    answer = await rating.put(f"/v1/billing-profiles/{found['id']}", json=raised, headers={"if-match": '"1"'})
    assert answer.status_code == 200, answer.text
    again = (await rate(order["id"])).json()
    assert (again["version"], again["total"]) == (2, "85.00")
    assert again["changes"] == [{"billing_item": "Service of process", "before": "80.00", "after": "85.00"}]


async def test_a_change_by_another_process_applies_too(
    company: Company, enter: Enter, rate: Rate, rating_database: Database
) -> None:
    """This process caches the rate table, and the change is not made through this process."""
    (order,) = await enter("W1")
    assert (await rate(order["id"])).json()["total"] == "80.00"
    async with rating_database.transaction() as session:
        await execute(session, "UPDATE billing_profile SET effective_to = '2026-01-01' WHERE region = 'BEXAR'")
    assert (await rate(order["id"])).json()["code"] == "NO_PROFILE"


LINE = {"billing_item": "Service of process"}


async def test_a_profile_is_copied_with_another_key(company: Company) -> None:
    rating, _ = company
    first = (await rating.post("/v1/billing-profiles", json=profile())).json()
    path = f"/v1/billing-profiles/{first['id']}/copies"
    copied = await rating.post(path, json={"region": "ANY", "effective_from": "2026-03-01"})
    assert copied.status_code == 201, copied.text
    other = copied.json()
    assert (other["region"], other["priority"], other["effective_from"]) == ("ANY", "SPECIAL", "2026-03-01")
    assert other["lines"] == first["lines"]
    again = await rating.post(path, json={"region": "ANY"})
    assert (again.status_code, again.json()["code"]) == (409, "PROFILES_OVERLAP")
    assert (await rating.post("/v1/billing-profiles/999999/copies", json={})).status_code == 404


@pytest.mark.parametrize(
    ("facts", "pointer"),
    [
        ({"branch": "ANY"}, "/branch"),
        ({"priority": "SOON"}, "/priority"),
        ({"effective_to": "2025-12-31"}, "/effective_to"),
        ({"lines": [{**LINE, "rate": "-1"}]}, "/lines/0/rate"),
        ({"lines": [LINE]}, "/lines/0/rate"),
        ({"lines": [{**LINE, "rate": "1"}, {"billing_item": "Nothing", "rate": "1"}]}, "/lines/1/billing_item"),
        ({"lines": [{**LINE, "rate": "1", "mode": "triggered"}]}, "/lines/0/bill_type"),
        (
            {"lines": [{**LINE, "method": "banded", "quantity_source": "pages",
                        "steps": [{"from": "0", "up_to": "49", "amount": "0"}, {"from": "60", "amount": "10"}]}]},
            "/lines/0/steps",
        ),
        (
            {"lines": [{**LINE, "method": "percent_of", "rate": "10", "base": ["Service of process"]}]},
            "/lines/0/base",
        ),
        (
            {"lines": [{**LINE, "method": "percent_of", "rate": "10", "base": ["Mileage"]},
                       {"billing_item": "Mileage", "method": "multiplier", "rate": "2", "base": ["#1"]}]},
            "/lines/0/base",
        ),
    ],
)  # fmt: skip
async def test_an_invalid_profile_names_the_field_and_nothing_is_saved(
    company: Company, facts: dict[str, Any], pointer: str
) -> None:
    rating, _ = company
    before = (await rating.get("/v1/billing-profiles")).json()["totals"]
    answer = await rating.post("/v1/billing-profiles", json=profile(**facts))
    assert (answer.status_code, answer.json()["code"]) == (422, "RATE_TABLE_FAULTY")
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert (await rating.get("/v1/billing-profiles")).json()["totals"] == before


@pytest.mark.parametrize(
    ("line", "pointer"),
    [
        ({"rate": "0.123456"}, "/lines/0/rate"),
        ({"rate": 1.5}, "/lines/0/rate"),
        ({"rate": "1", "included_units": "1.2345"}, "/lines/0/included_units"),
        ({"rate": "1", "minimum": "1.234"}, "/lines/0/minimum"),
        ({"rate": "1", "method": "guess"}, "/lines/0/method"),
        ({"rate": "1", "colour": "red"}, "/lines/0/colour"),
        ({"method": "tiered", "steps": [{"up_to": "1", "rate": "0.1234567"}]}, "/lines/0/steps/0/rate"),
    ],
)
async def test_an_invalid_value_in_a_line_names_its_field(company: Company, line: dict[str, Any], pointer: str) -> None:
    answer = await company[0].post("/v1/billing-profiles", json=profile(lines=[{**LINE, **line}]))
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")
    assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("dates", [("2026-01-01", None), ("2025-06-01", "2026-01-01"), ("2027-01-01", None)])
async def test_profiles_with_one_key_never_overlap(company: Company, dates: tuple[str, str | None]) -> None:
    rating, _ = company
    await rating.post("/v1/billing-profiles", json=profile())
    answer = await rating.post("/v1/billing-profiles", json=profile(effective_from=dates[0], effective_to=dates[1]))
    assert (answer.status_code, answer.json()["code"]) == (409, "PROFILES_OVERLAP")
    assert answer.json()["errors"][0]["pointer"] == "/effective_from"


async def test_of_many_clerks_who_save_the_same_key_at_once_one_succeeds(company: Company) -> None:
    answers = await asyncio.gather(*(company[0].post("/v1/billing-profiles", json=profile()) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]


async def test_profiles_are_found_by_text(company: Company) -> None:
    rating, _ = company
    await rating.post("/v1/billing-profiles", json=profile())
    page = (await rating.get("/v1/billing-profiles", params={"search": "letter of 2025"})).json()
    assert page["totals"] == {"count": 1}


NOUNS: dict[str, dict[str, Any]] = {
    "branches": {"code": "ELP", "name": "El Paso", "ar_company": 1},
    "customer-types": {"code": "BANK", "name": "Bank"},
    "priorities": {"code": "NIGHT", "name": "Night"},
    "job-types": {"code": "EVICTION", "name": "Eviction"},
    "regions": {"code": "KENDALL", "name": "Kendall County", "zips": ["78006"]},
    "zones": {"code": "FAR", "name": "Far", "zips": ["78851", "799"]},
    "bill-types": {"code": "NIGHT_WORK", "name": "Night work", "kind": "flag"},
    "billing-items": {"name": "Eviction", "income_account": "4000", "taxable": True},
    "servers": {"code": "S77", "name": "Kim Ode"},
    "quantities": {"code": "EXTRA", "name": "Extra", "derived": "difference", "derived_from": ["persons", "STOPS"]},
}


@pytest.mark.parametrize("noun", NOUNS)
async def test_a_code_is_entered_found_changed_and_retired(company: Company, noun: str) -> None:
    rating, _ = company
    entry = NOUNS[noun]
    key = entry.get("code") or entry["name"]
    made = await rating.post(f"/v1/{noun}", json=entry)
    assert made.status_code == 201, made.text
    assert made.json().items() >= entry.items()
    assert (await rating.post(f"/v1/{noun}", json=entry)).json()["code"] == "CODE_TAKEN"

    async def listed(**filters: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = (await rating.get(f"/v1/{noun}", params=filters)).json()["items"]
        return rows

    assert made.json() in await listed(search=key.lower(), retired=False)
    retired = await rating.put(
        f"/v1/{noun}/{key}",
        json={**made.json(), "retired_on": "2026-11-01"},
        headers={"if-match": made.headers["etag"]},
    )
    assert retired.json()["retired_on"] == "2026-11-01", retired.text
    assert await listed(search=key, retired=True) == [retired.json()]
    stale = await rating.put(f"/v1/{noun}/{key}", json=entry, headers={"if-match": made.headers["etag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "VERSION_STALE")
    assert (await rating.get(f"/v1/{noun}/NO_SUCH")).status_code == 404


async def test_a_retired_code_cannot_be_used_in_new_records_but_stays_in_old_ones(
    company: Company, enter: Enter
) -> None:
    rating, _ = company
    (order,) = await enter("W1")
    code = (await rating.get("/v1/priorities/STANDARD")).json()
    await rating.put("/v1/priorities/STANDARD", json={**code, "retired_on": "2026-11-01"}, headers={"if-match": '"1"'})
    refused = await rating.post("/v1/billing-profiles", json=profile(priority="STANDARD", region="ANY"))
    assert refused.json()["errors"][0]["pointer"] == "/priority"
    path = f"/v1/work-orders/{order['id']}"
    assert (await rating.patch(path, json={"miles": "3"}, headers={"if-match": '"1"'})).status_code == 200


async def test_a_code_cannot_be_renamed_and_any_is_not_a_code(company: Company) -> None:
    rating, _ = company
    renamed = await rating.put(
        "/v1/priorities/RUSH", json={"code": "FAST", "name": "Fast"}, headers={"if-match": '"1"'}
    )
    assert renamed.json()["errors"] == [{"pointer": "/code", "detail": "cannot be changed from RUSH"}]
    any_code = await rating.post("/v1/priorities", json={"code": "ANY", "name": "Any"})
    assert any_code.json()["errors"][0]["pointer"] == "/code"
    file = await load(rating, "regions", b"code,name,zips\nKENDALL,Kendall,78006\nANY,All,78001")
    assert file.json()["errors"][0]["pointer"] == "line 3, column code"
    assert (await rating.get("/v1/regions/KENDALL")).status_code == 404


async def test_an_outcome_that_is_not_a_field_status_is_refused(company: Company) -> None:
    answer = await company[0].post("/v1/bill-types", json={"code": "NOT_FOUND", "name": "Not found", "kind": "outcome"})
    assert answer.json()["errors"] == [
        {"pointer": "/code", "detail": "must be one of SERVED, NOT_SERVED, CANCELLED for an outcome"}
    ]


async def test_a_region_is_found_by_a_zip(company: Company) -> None:
    found = (await company[0].get("/v1/regions", params={"search": "78130"})).json()["items"]
    assert [region["code"] for region in found] == ["TX_OTHER"]


async def test_a_region_gets_other_zips_and_a_zip_in_two_regions_is_ambiguous(
    company: Company, enter: Enter, rate: Rate
) -> None:
    rating, _ = company
    (order,) = await enter("W1")
    await rating.post("/v1/regions", json={"code": "DOWNTOWN", "name": "Downtown", "zips": ["78205", "78207"]})
    assert (await rate(order["id"])).json()["code"] == "REGION_AMBIGUOUS"
    entry = {"code": "DOWNTOWN", "name": "Downtown", "zips": ["78207"]}
    changed = await rating.put("/v1/regions/DOWNTOWN", json=entry, headers={"if-match": '"1"'})
    assert changed.json()["zips"] == ["78207"]
    assert changed.headers["etag"] != '"1"'
    assert (await rate(order["id"])).json()["total"] == "80.00"


@pytest.mark.parametrize(
    ("noun", "zips", "detail"),
    [
        ("regions", ["78205-1234"], "must be a five-digit ZIP code, like 78205"),
        ("regions", ["7820"], "must be a five-digit ZIP code, like 78205"),
        ("zones", ["78"], "must be a five-digit ZIP code or its first three or four digits, like 782"),
    ],
)
async def test_an_invalid_zip_says_what_is_expected(company: Company, noun: str, zips: list[str], detail: str) -> None:
    answer = await company[0].post(f"/v1/{noun}", json={"code": "X", "name": "X", "zips": zips})
    assert answer.json()["errors"] == [{"pointer": "/zips/0", "detail": detail}]


async def test_a_zip_is_in_only_one_zone(company: Company) -> None:
    rating, _ = company
    await rating.post("/v1/zones", json={"code": "NEAR", "name": "Near", "zips": ["782"]})
    answer = await rating.post("/v1/zones", json={"code": "FAR", "name": "Far", "zips": ["781", "782"]})
    assert answer.json()["errors"] == [{"pointer": "/zips", "detail": "782 is already in zone NEAR"}]
    file = await load(rating, "zones", b"code,name,zips\nA,A,780\nB,B,780;781")
    assert file.json()["errors"][0]["pointer"] == "line 3, column zips"


FAULTY = """branch,customer_type,priority,job_type,region,effective_from,billing_item,method,rate,steps,base,quantity_source
SAT,LAW,SPECIAL,CITATION,BEXAR,2026-01-01,Service of process,flat,100,,,
SAT,LAW,SPECIAL,CITATION,BEXAR,2026-01-01,Mileage,banded,,0-49 = 0; 60+ = 5,,pages
SAT,LAW,SPECIAL,CITATION,BEXAR,2026-01-01,Skip trace,percent_of,10,,Skip trace,
SAT,LAW,SPECIAL,SUBPOENA,BEXAR,2026-01-01,Mileage,per_unit,-1,,,miles
SAT,LAW,SOON,SUBPOENA,BEXAR,2026-01-01,Mileage,per_unit,1,,,miles"""


async def test_a_profile_file_with_errors_names_every_line_and_imports_nothing(company: Company) -> None:
    rating, _ = company
    before = (await rating.get("/v1/billing-profiles")).json()["totals"]
    answer = await load(rating, "billing-profiles", FAULTY.encode())
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [
        "line 3, column steps",
        "line 4, column base",
        "line 5, column rate",
        "line 6, column priority",
    ]
    assert (await rating.get("/v1/billing-profiles")).json()["totals"] == before


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.mark.parametrize("noun", ["regions", "billing-items", "bill-types", "quantities"])
async def test_codes_are_exported_as_xlsx_and_imported_again(company: Company, noun: str) -> None:
    rating, _ = company
    before = (await rating.get(f"/v1/{noun}")).json()
    exported = await rating.get(f"/v1/{noun}", headers={"accept": XLSX})
    assert exported.headers["content-type"] == XLSX
    answer = await rating.post(f"/v1/{noun}/import", content=exported.content, headers={"content-type": XLSX})
    assert answer.json()["unchanged"] == before["totals"]["count"], answer.text
    assert (await rating.get(f"/v1/{noun}")).json() == before


async def test_profiles_are_imported_from_xlsx_and_errors_name_the_row(company: Company) -> None:
    rating, _ = company
    book = Workbook()
    sheet = book.worksheets[0]
    for line in FAULTY.splitlines():
        sheet.append([float(cell) if cell.removeprefix("-").isdigit() else cell for cell in line.split(",")])
    sheet.insert_rows(2)
    out = io.BytesIO()
    book.save(out)
    answer = await rating.post("/v1/billing-profiles/import", content=out.getvalue(), headers={"content-type": XLSX})
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [
        "line 4, column steps",
        "line 5, column base",
        "line 6, column rate",
        "line 7, column priority",
    ]
    for row in (7, 6, 5, 4):
        sheet.delete_rows(row)
    out = io.BytesIO()
    book.save(out)
    answer = await rating.post("/v1/billing-profiles/import", content=out.getvalue(), headers={"content-type": XLSX})
    assert answer.json()["imported"] == 1, answer.text
    (made,) = (await rating.get("/v1/billing-profiles", params={"priority": "SPECIAL"})).json()["items"]
    assert made["lines"][0]["rate"] == "100.00000"
