"""Groups: their grants, their members, and who may change them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
import pytest

from shared.access.grants import Grant, Level
from tests.services.security.conftest import ADMINISTRATION, Client, Company

ADMIN = Grant("security.groups", Level.ADMIN)
VIEW_ORDERS = {"feature": "rating.orders", "level": "view"}
EDIT_IN_SAT = {"feature": "rating.orders", "level": "edit", "branches": ["SAT"], "ar_companies": [2, 1]}


async def make(clerk: httpx.AsyncClient, name: str = "Proof", *grants: Mapping[str, object]) -> httpx.Response:
    return await clerk.post("/v1/groups", json={"name": name, "description": "Reads proofs", "grants": grants})


async def test_a_group_is_created_and_read_again(clerk: httpx.AsyncClient) -> None:
    made = await make(clerk, "Proof", VIEW_ORDERS, EDIT_IN_SAT)
    assert made.status_code == 201
    group = made.json()
    read = await clerk.get(f"/v1/groups/{group['id']}")
    assert (read.json(), read.headers["etag"]) == (group, '"1"')
    assert group["grants"] == [
        {**VIEW_ORDERS, "branches": [], "customers": [], "ar_companies": []},
        {"feature": "rating.orders", "level": "edit", "branches": ["SAT"], "customers": [], "ar_companies": [1, 2]},
    ]
    assert (group["name"], group["description"], group["member_count"]) == ("Proof", "Reads proofs", 0)


async def test_a_grant_of_an_unknown_feature_is_refused_by_name(clerk: httpx.AsyncClient) -> None:
    answer = await make(clerk, "Proof", VIEW_ORDERS, {"feature": "rating.ordres", "level": "view"})
    assert (answer.status_code, answer.json()["code"]) == (422, "GRANT_REFUSED")
    assert answer.json()["detail"] == "The grants cannot be saved: there is no feature rating.ordres."
    assert answer.json()["errors"] == [{"pointer": "/grants/1/feature", "detail": "there is no feature rating.ordres"}]
    assert (await clerk.get("/v1/groups")).json()["totals"] == {"count": 0}


async def test_a_body_names_unknown_features_beside_invalid_fields(clerk: httpx.AsyncClient) -> None:
    unknown = {"feature": "rating.ordres", "level": "view"}
    grants = [{**unknown, "level": "all"}, VIEW_ORDERS, VIEW_ORDERS, unknown, {**VIEW_ORDERS, "branches": [1]}]
    expected = ["/name", "/grants/0/level", "/grants/4/branches/0"]
    expected += ["/grants/0/feature", "/grants/2/feature", "/grants/3/feature"]
    made = await clerk.post("/v1/groups", json={"name": "", "grants": grants})
    assert [one["pointer"] for one in made.json()["errors"]] == expected
    group = (await make(clerk)).json()
    headers = {"if-match": '"1"'}
    changed = await clerk.put(f"/v1/groups/{group['id']}", json={"name": "", "grants": grants}, headers=headers)
    assert [one["pointer"] for one in changed.json()["errors"]] == expected


async def test_the_same_customer_in_another_spelling_is_one_limit(clerk: httpx.AsyncClient) -> None:
    made = await make(clerk, "Proof", {**VIEW_ORDERS, "customers": ["s1001", "S1001", "s1002"]})
    assert made.json()["grants"][0]["customers"] == ["S1001", "s1002"]


@pytest.mark.parametrize(
    ("grants", "detail"),
    [
        ([VIEW_ORDERS, VIEW_ORDERS], "listed twice"),
        ([EDIT_IN_SAT, {**EDIT_IN_SAT, "ar_companies": [1, 2], "level": "view"}], "listed twice"),
        ([{**VIEW_ORDERS, "customers": ["S1"]}, {**VIEW_ORDERS, "customers": ["s1"]}], "listed twice"),
        ([{"feature": "security.users", "level": "view", "branches": ["SAT"]}], "cannot be limited"),
    ],
)
async def test_invalid_grants_are_refused(
    clerk: httpx.AsyncClient, grants: list[Mapping[str, object]], detail: str
) -> None:
    answer = await make(clerk, "Proof", *grants)
    assert (answer.status_code, answer.json()["code"]) == (422, "GRANT_REFUSED")
    assert detail in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "Proof;Billing"},
        {"name": "Pro\x00of"},
        {"name": "Proof", "members": [7]},
        {"name": "Proof", "description": "two\nlines"},
        {"name": "Proof", "grants": [{"feature": "rating.orders", "level": "none"}]},
        {"name": "Proof", "grants": [{"feature": "rating.orders", "level": "root"}]},
        {"name": "Proof", "grants": [{"feature": "rating.orders"}]},
        {"name": "Proof", "grants": [{**VIEW_ORDERS, "branches": [""]}]},
        {"name": "Proof", "grants": [{**VIEW_ORDERS, "branches": ["S\x00"]}]},
        {"name": "Proof", "grants": [{**VIEW_ORDERS, "branches": ["S"] * 201}]},
        {"name": "Proof", "grants": [{**VIEW_ORDERS, "ar_companies": [2**31]}]},
        {"name": "Proof", "grants": [{**VIEW_ORDERS, "ar_companies": [0]}]},
        {"name": "Proof", "grants": [{**VIEW_ORDERS, "servers": ["x"]}]},
        {"name": "Proof", "grants": [VIEW_ORDERS] * 1001},
    ],
)
async def test_an_invalid_group_is_refused(clerk: httpx.AsyncClient, body: object) -> None:
    answer = await clerk.post("/v1/groups", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")
    group = (await make(clerk)).json()
    answer = await clerk.put(f"/v1/groups/{group['id']}", json=body, headers={"if-match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")


async def test_a_name_is_in_use_in_any_case(clerk: httpx.AsyncClient) -> None:
    await make(clerk, "Proof")
    billing = (await make(clerk, "Billing")).json()
    answer = await make(clerk, "PROOF")
    assert (answer.status_code, answer.json()["code"]) == (409, "GROUP_EXISTS")
    renamed = await clerk.put(f"/v1/groups/{billing['id']}", json={"name": "proof"}, headers={"if-match": '"1"'})
    assert renamed.json()["code"] == "GROUP_EXISTS"
    respelled = await clerk.put(f"/v1/groups/{billing['id']}", json={"name": "BILLING"}, headers={"if-match": '"1"'})
    assert respelled.json()["name"] == "BILLING"


async def test_two_clerks_who_create_the_same_group_create_one(clerk: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(make(clerk, name) for name in ("Proof", "PROOF", "proof")))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_changing_a_group_replaces_its_grants(clerk: httpx.AsyncClient) -> None:
    path = f"/v1/groups/{(await make(clerk, 'Proof', VIEW_ORDERS)).json()['id']}"
    body = {"name": "Proofreading", "grants": [EDIT_IN_SAT]}
    assert (await clerk.put(path, json=body)).json()["code"] == "VERSION_MISSING"
    changed = await clerk.put(path, json=body, headers={"if-match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert changed.json() == (await clerk.get(path)).json()
    assert (changed.json()["name"], changed.json()["description"]) == ("Proofreading", "")
    assert [grant["level"] for grant in changed.json()["grants"]] == ["edit"]
    assert (await clerk.put(path, json=body, headers={"if-match": '"1"'})).json()["code"] == "VERSION_STALE"


async def test_of_two_clerks_who_change_the_same_version_one_is_refused(clerk: httpx.AsyncClient) -> None:
    path = f"/v1/groups/{(await make(clerk)).json()['id']}"
    answers = await asyncio.gather(
        *(
            clerk.put(path, json={"name": "Proof", "grants": [grant]}, headers={"if-match": '"1"'})
            for grant in (VIEW_ORDERS, EDIT_IN_SAT)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_a_deleted_group_no_longer_grants_anything(clerk: httpx.AsyncClient, company: Company) -> None:
    ana = await company.user("ALAMO\\ana")
    proof = await company.group("Proof", Grant("rating.orders", Level.VIEW), members=(ana,))
    path = f"/v1/groups/{proof}"
    assert (await clerk.delete(path)).json()["code"] == "VERSION_MISSING"
    assert (await clerk.delete(path, headers={"if-match": '"1"'})).json()["code"] == "VERSION_STALE"
    assert (await clerk.delete(path, headers={"if-match": '"2"'})).status_code == 204
    assert (await clerk.delete(path, headers={"if-match": '"2"'})).json()["code"] == "NOT_FOUND"
    assert (await clerk.get(f"/v1/users/{ana}")).json()["groups"] == []


async def test_members_are_added_and_removed_and_repeating_it_changes_nothing(
    clerk: httpx.AsyncClient, company: Company
) -> None:
    ana, proof = await company.user("ALAMO\\ana"), await company.group("Proof")
    path = f"/v1/groups/{proof}/members/{ana}"
    for _ in range(2):
        assert (await clerk.put(path)).status_code == 204
        group = await clerk.get(f"/v1/groups/{proof}")
        assert (group.json()["member_count"], group.headers["etag"]) == (1, '"2"')
    for _ in range(2):
        assert (await clerk.delete(path)).status_code == 204
        group = await clerk.get(f"/v1/groups/{proof}")
        assert (group.json()["member_count"], group.headers["etag"]) == (0, '"3"')


async def test_an_import_of_members_counts_as_a_change_of_their_groups(
    clerk: httpx.AsyncClient, company: Company
) -> None:
    await company.user("ALAMO\\ana")
    proof = await company.group("Proof")
    for etag in ('"2"', '"2"'):
        rows = "name,display_name,groups\nALAMO\\ana,Ana,Proof\n"
        await clerk.post("/v1/users/import", content=rows, headers={"content-type": "text/csv"})
        assert (await clerk.get(f"/v1/groups/{proof}")).headers["etag"] == etag


async def test_many_clerks_who_add_the_same_member_add_one(clerk: httpx.AsyncClient, company: Company) -> None:
    ana, proof = await company.user("ALAMO\\ana"), await company.group("Proof")
    answers = await asyncio.gather(*(clerk.put(f"/v1/groups/{proof}/members/{ana}") for _ in range(6)))
    assert {answer.status_code for answer in answers} == {204}
    group = await clerk.get(f"/v1/groups/{proof}")
    assert (group.json()["member_count"], group.headers["etag"]) == (1, '"2"')


@pytest.mark.parametrize("missing", ["999", "0", "x", "9223372036854775808"])
async def test_a_group_or_user_that_does_not_exist_is_not_found(
    clerk: httpx.AsyncClient, company: Company, missing: str
) -> None:
    ana, proof = await company.user("ALAMO\\ana"), await company.group("Proof")
    version = {"if-match": '"1"'}
    answers = [
        await clerk.get(f"/v1/groups/{missing}"),
        await clerk.put(f"/v1/groups/{missing}", json={"name": "Proof"}, headers=version),
        await clerk.delete(f"/v1/groups/{missing}", headers=version),
        await clerk.put(f"/v1/groups/{missing}/members/{ana}"),
        await clerk.put(f"/v1/groups/{proof}/members/{missing}"),
        await clerk.delete(f"/v1/groups/{proof}/members/{missing}"),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "NOT_FOUND")}


Act = Callable[[httpx.AsyncClient, int, int], Awaitable[httpx.Response]]


async def put_without_grants(caller: httpx.AsyncClient, group: int, _: int) -> httpx.Response:
    etag = (await caller.get(f"/v1/groups/{group}")).headers["etag"]
    return await caller.put(f"/v1/groups/{group}", json={"name": "Administrators"}, headers={"if-match": etag})


async def delete(caller: httpx.AsyncClient, group: int, _: int) -> httpx.Response:
    etag = (await caller.get(f"/v1/groups/{group}")).headers["etag"]
    return await caller.delete(f"/v1/groups/{group}", headers={"if-match": etag})


async def remove(caller: httpx.AsyncClient, group: int, user: int) -> httpx.Response:
    return await caller.delete(f"/v1/groups/{group}/members/{user}")


async def import_without_grants(caller: httpx.AsyncClient, group: int, _: int) -> httpx.Response:
    name = (await caller.get(f"/v1/groups/{group}")).json()["name"]
    return await caller.post(
        "/v1/groups/import", content=f"group,feature,level\n{name},,\n", headers={"content-type": "text/csv"}
    )


async def import_elsewhere(caller: httpx.AsyncClient, group: int, user: int) -> httpx.Response:
    await caller.post("/v1/groups", json={"name": "Elsewhere"})
    name = (await caller.get(f"/v1/users/{user}")).json()["name"]
    rows = f"name,display_name,groups\n{name},Ana,Elsewhere\n"
    return await caller.post("/v1/users/import", content=rows, headers={"content-type": "text/csv"})


ACTS = [put_without_grants, delete, remove, import_without_grants, import_elsewhere]


@pytest.mark.parametrize("act", ACTS)
async def test_the_last_administrator_cannot_be_removed(clerk: httpx.AsyncClient, company: Company, act: Act) -> None:
    ana, ben = await company.user("ALAMO\\ana"), await company.user("ALAMO\\ben", active=False)
    group = await company.group("Administrators", ADMIN, members=(ana, ben))
    # Neither the inactive member nor the one with only edit counts.
    carla = await company.user("ALAMO\\carla")
    await company.group("Editors", Grant("security.groups", Level.EDIT), members=(carla,))
    await company.group("User administrators", Grant("security.users", Level.ADMIN), members=(carla,))
    before = (await clerk.get(f"/v1/groups/{group}")).json()
    answer = await act(clerk, group, ana)
    assert (answer.status_code, answer.json()["code"]) == (409, "LAST_ADMINISTRATOR")
    assert (await clerk.get(f"/v1/groups/{group}")).json() == before


@pytest.mark.parametrize("act", ACTS)
async def test_an_administrator_can_be_removed_if_another_remains(
    clerk: httpx.AsyncClient, company: Company, act: Act
) -> None:
    ana, carla = await company.user("ALAMO\\ana"), await company.user("ALAMO\\carla")
    group = await company.group("Administrators", ADMIN, members=(ana,))
    await company.group("Deputies", ADMIN, members=(carla,))
    assert (await act(clerk, group, ana)).status_code in {200, 201, 204}


@pytest.mark.parametrize("act", ACTS)
async def test_nobody_can_change_their_own_groups(client: Client, company: Company, act: Act) -> None:
    ana, carla = await company.user("ALAMO\\ana"), await company.user("ALAMO\\carla")
    group = await company.group("Administrators", ADMIN, members=(ana,))
    await company.group("Deputies", ADMIN, members=(carla,))
    answer = await act(client(*ADMINISTRATION, user=ana), group, ana)
    assert (answer.status_code, answer.json()["code"]) == (403, "OWN_GROUP")


async def test_nobody_can_add_members_to_gain_rights(client: Client, company: Company) -> None:
    ana, ben = await company.user("ALAMO\\ana"), await company.user("ALAMO\\ben")
    mine, other = await company.group("Mine", members=(ana,)), await company.group("Other")
    caller = client(*ADMINISTRATION, user=ana)
    for group, user in ((mine, ben), (other, ana)):
        answer = await caller.put(f"/v1/groups/{group}/members/{user}")
        assert (answer.status_code, answer.json()["code"]) == (403, "OWN_GROUP")
    assert (await caller.put(f"/v1/groups/{other}/members/{ben}")).status_code == 204


async def test_groups_are_listed_and_found(clerk: httpx.AsyncClient) -> None:
    for name in ("billing", "Rating", "Proof"):
        await make(clerk, name, *([VIEW_ORDERS] if name != "billing" else []))

    async def found(**params: Any) -> list[str]:
        return [group["name"] for group in (await clerk.get("/v1/groups", params=params)).json()["items"]]

    assert await found() == ["billing", "Proof", "Rating"]
    assert await found(sort="-name", limit=2) == ["Rating", "Proof"]
    assert await found(name="RATING") == ["Rating"]
    assert await found(feature="rating.orders") == ["Proof", "Rating"]
    assert await found(search="ILL") == ["billing"]
    assert await found(search="reads") == ["billing", "Proof", "Rating"]
    page = (await clerk.get("/v1/groups", params={"limit": 1})).json()
    assert page["totals"] == {"count": 3}
    assert await found(limit=1, cursor=page["next_cursor"]) == ["Proof"]


@pytest.mark.parametrize(
    ("method", "path", "needed"),
    [
        ("GET", "/v1/features", Level.VIEW),
        ("GET", "/v1/groups", Level.VIEW),
        ("GET", "/v1/groups/1", Level.VIEW),
        ("POST", "/v1/groups", Level.ADMIN),
        ("PUT", "/v1/groups/1", Level.ADMIN),
        ("DELETE", "/v1/groups/1", Level.ADMIN),
        ("PUT", "/v1/groups/1/members/1", Level.ADMIN),
        ("DELETE", "/v1/groups/1/members/1", Level.ADMIN),
        ("POST", "/v1/groups/import", Level.ADMIN),
    ],
)
async def test_each_operation_needs_its_level(client: Client, method: str, path: str, needed: Level) -> None:
    below = client(Grant("security.groups", Level(needed - 1)), Grant("security.users", Level.ADMIN))
    enough = client(Grant("security.groups", needed))
    assert (await client().request(method, path)).status_code == 401
    assert (await below.request(method, path)).json()["code"] == "FORBIDDEN"
    assert (await enough.request(method, path)).status_code not in {401, 403}
