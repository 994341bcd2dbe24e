"""Roll-up rules over HTTP."""

from typing import Any

import httpx
import pytest

from tests.fixtures.ledgers import Company, load
from tests.fixtures.rollups import MONTHLY


@pytest.mark.parametrize(
    ("entry", "status", "code"),
    [
        ({**MONTHLY, "cycle": None}, 422, "RULE_FAULTY"),
        ({**MONTHLY, "style": "single"}, 422, "RULE_FAULTY"),
        ({**MONTHLY, "bill_to": "S9999"}, 422, "UNKNOWN_REFERENCE"),
        ({**MONTHLY, "cycle": "daily"}, 422, "INVALID_INPUT"),
        (MONTHLY, 409, "CODE_TAKEN"),
    ],
)
async def test_an_invalid_rule_is_refused(
    rolled: httpx.AsyncClient, entry: dict[str, Any], status: int, code: str
) -> None:
    answer = await rolled.post("/v1/rollup-rules", json=entry)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await rolled.get("/v1/rollup-rules")).json()["totals"] == {"count": 1}


async def test_changing_a_rule_needs_its_current_version(rolled: httpx.AsyncClient) -> None:
    path = "/v1/rollup-rules/1/S1001"
    weekly = {"style": "rollup", "grouping": "attorney", "cycle": "weekly"}
    changed = await rolled.put(path, json=weekly, headers={"if-match": '"1"'})
    assert (changed.json()["cycle"], changed.headers["etag"]) == ("weekly", '"2"')
    assert (await rolled.put(path, json=weekly, headers={"if-match": '"1"'})).status_code == 412
    assert (await rolled.put("/v1/rollup-rules/1/S1002", json=weekly, headers={"if-match": '"1"'})).status_code == 404


async def test_rules_are_exported_in_the_import_format(company: Company) -> None:
    rating, _ = company
    rows = "ar_company,bill_to,style,grouping,cycle\n1,S1001,rollup,matter,weekly\n1,S1002,single,none,\n"
    assert (await load(rating, "rollup-rules", rows.encode())).json()["imported"] == 2
    table = await rating.get("/v1/rollup-rules", headers={"accept": "text/csv"})
    again = await load(rating, "rollup-rules", table.content)
    assert (again.json()["imported"], again.json()["unchanged"]) == (0, 2)
    assert (await rating.get("/v1/rollup-rules/1/S1001")).json()["revision"] == 1
    faulty = "ar_company,bill_to,style,grouping,cycle\n1,S1001,rollup,matter,\n1,S9999,single,,\n"
    refused = await load(rating, "rollup-rules", faulty.encode())
    assert {error["pointer"] for error in refused.json()["errors"]} == {
        "line 2, column cycle",
        "line 3, column bill_to",
    }
