"""Files that are only checked: the report is complete, and nothing is imported."""

import pytest

from tests.fixtures.ledgers import Company

CSV = {"content-type": "text/csv"}
TERMS = "ar_company,code,description,due_days\n1,NET45,Net 45 days,45\n"
CUSTOMERS = "ar_company,number,name,customer_type\n1,S9001,New & Sons,LAW\n"


@pytest.mark.parametrize(("noun", "content"), [("pay-terms", TERMS), ("customers", CUSTOMERS)])
async def test_checking_a_valid_file_counts_its_rows_and_imports_nothing(
    company: Company, noun: str, content: str
) -> None:
    _, receivables = company
    before = (await receivables.get(f"/v1/{noun}")).json()["totals"]
    checked = await receivables.post(f"/v1/{noun}/import?check=true", content=content, headers=CSV)
    counted = [checked.json()[name] for name in ("imported", "checked", "created", "more_changes")]
    assert (checked.status_code, counted) == (200, [0, 1, 1, 0]), checked.text
    assert [one["change"] for one in checked.json()["changes"]] == ["created"]
    assert (await receivables.get(f"/v1/{noun}")).json()["totals"] == before
    loaded = await receivables.post(f"/v1/{noun}/import", content=content, headers=CSV)
    assert (loaded.status_code, loaded.json()["imported"]) == (201, 1)


async def test_checking_a_file_reports_the_same_errors_as_importing_it(company: Company) -> None:
    _, receivables = company
    faulty = TERMS + "1,NET46,Net 46 days,many\n"
    checked = await receivables.post("/v1/pay-terms/import?check=true", content=faulty, headers=CSV)
    loaded = await receivables.post("/v1/pay-terms/import", content=faulty, headers=CSV)
    assert (checked.status_code, checked.json()["errors"]) == (422, loaded.json()["errors"])
