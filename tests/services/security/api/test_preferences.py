"""What users set for themselves: kept for each alone, small, and not in the audit."""

import pytest

from services.security.rules.preferences import LARGEST_BYTES, MOST
from shared.access.grants import Grant, Level
from shared.audit import store as audit
from shared.audit.store import EntryFilter
from shared.database.pages import PageQuery
from tests.services.security.conftest import Client, Company

COLUMNS = {"value": {"columns": ["number", "total"], "widths": {"number": 90.5}, "hidden": None}}
PATH = "/v1/me/preferences/list.work-orders"


async def test_a_preference_is_kept_changed_and_deleted(client: Client, company: Company) -> None:
    ana = client(user=await company.user("ALAMO\\ana"))
    assert (await ana.get(PATH)).status_code == 404
    made = await ana.put(PATH, json=COLUMNS)
    assert (made.status_code, made.headers["etag"]) == (200, '"1"')
    assert made.json()["value"] == COLUMNS["value"]
    assert (await ana.put(PATH, json=COLUMNS)).headers["etag"] == '"1"'
    changed = await ana.put(PATH, json={"value": {}})
    assert changed.headers["etag"] == '"2"'
    read = await ana.get(PATH)
    assert (read.json(), read.headers["etag"]) == (changed.json(), '"2"')
    assert (await ana.delete(PATH)).status_code == 204
    assert (await ana.delete(PATH)).status_code == 404


async def test_a_change_from_another_window_is_not_lost_with_if_match(client: Client, company: Company) -> None:
    ana = client(user=await company.user("ALAMO\\ana"))
    assert (await ana.put(PATH, json=COLUMNS, headers={"if-match": '"1"'})).json()["code"] == "VERSION_STALE"
    await ana.put(PATH, json=COLUMNS)
    await ana.put(PATH, json={"value": {"theirs": True}})
    stale = await ana.put(PATH, json={"value": {"mine": True}}, headers={"if-match": '"1"'})
    assert (stale.status_code, stale.json()["current"]["value"]) == (412, {"theirs": True})
    assert (await ana.put(PATH, json={"value": {"mine": True}}, headers={"if-match": '"2"'})).status_code == 200


async def test_preferences_are_their_owners_alone(client: Client, company: Company) -> None:
    ana, bo = client(user=await company.user("ALAMO\\ana")), client(user=await company.user("ALAMO\\bo"))
    await ana.put(PATH, json=COLUMNS)
    assert (await bo.get(PATH)).status_code == 404
    assert (await bo.delete(PATH)).status_code == 404
    assert (await bo.get("/v1/me/preferences")).json()["items"] == []
    listed = (await ana.get("/v1/me/preferences")).json()
    assert [(one["key"], one["revision"]) for one in listed["items"]] == [("list.work-orders", 1)]
    assert listed["totals"] == {"count": 1}
    assert (await client(user=987).put(PATH, json=COLUMNS)).status_code == 404
    assert (await client().get(PATH)).status_code == 401


@pytest.mark.parametrize("key", ["List", "9", "a b", "ä", "a" * 101, "a\n"])
async def test_keys_are_plain_names(client: Client, company: Company, key: str) -> None:
    ana = client(user=await company.user("ALAMO\\ana"))
    assert (await ana.put(f"/v1/me/preferences/{key.replace(chr(10), '%0A')}", json=COLUMNS)).status_code == 404


@pytest.mark.parametrize(
    "body",
    ['{"value": []}', '{"value": "text"}', "{}", '{"value": {"a": "\\u0000"}}', f'{{"value": {{"a": {"[" * 5000}'],
)
async def test_a_value_is_a_json_object(client: Client, company: Company, body: str) -> None:
    ana = client(user=await company.user("ALAMO\\ana"))
    assert (await ana.put(PATH, content=body, headers={"content-type": "application/json"})).status_code == 422


async def test_a_value_has_a_largest_size(client: Client, company: Company) -> None:
    ana = client(user=await company.user("ALAMO\\ana"))
    fits = {"value": {"a": "x" * (LARGEST_BYTES - len('{"a":""}'))}}
    assert (await ana.put(PATH, json=fits)).status_code == 200
    refused = await ana.put(PATH, json={"value": {"a": fits["value"]["a"] + "x"}})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/value")


async def test_a_user_has_a_limited_number(client: Client, company: Company) -> None:
    ana = client(user=await company.user("ALAMO\\ana"))
    for number in range(MOST):
        assert (await ana.put(f"/v1/me/preferences/p{number}", json={"value": {}})).status_code == 200
    assert (await ana.put(PATH, json=COLUMNS)).json()["code"] == "PREFERENCES_ENOUGH"
    assert (await ana.put("/v1/me/preferences/p7", json=COLUMNS)).status_code == 200


async def test_preferences_are_not_in_the_audit(client: Client, company: Company) -> None:
    ana = client(user=await company.user("ALAMO\\ana"))
    await ana.put(PATH, json=COLUMNS)
    await ana.delete(PATH)
    async with company.database.transaction() as session:
        entries, _, _ = await audit.list_entries(session, EntryFilter(), PageQuery(100, None, None))
    assert [entry for entry in entries if "preferences" in entry.path] == []


async def test_security_says_how_it_is_and_has_no_messages(client: Client) -> None:
    said = (await client(Grant("operations.status", Level.VIEW)).get("/v1/status")).json()
    assert (said["service"], said["dead_letters"], said["latest"]) == ("security", 0, [])
    assert (await client(Grant("operations.status", Level.ADMIN)).get("/v1/dead-letters")).status_code == 404
