"""Users: create, read, list, change and deactivate them, and set their passwords."""

import asyncio
from typing import Any

import httpx
import pytest

from shared.access.grants import Grant, Level
from tests.services.security.conftest import ADMINISTRATION, PASSWORD, Client, Company

ADMIN = Grant("security.groups", Level.ADMIN)


async def make(clerk: httpx.AsyncClient, name: str = "ALAMO\\ana", **more: object) -> httpx.Response:
    return await clerk.post("/v1/users", json={"name": name, "display_name": "Ana", **more})


async def test_a_user_is_created_and_read_again(clerk: httpx.AsyncClient) -> None:
    made = await make(clerk, " ALAMO\\ana ")
    assert made.status_code == 201
    user = made.json()
    read = await clerk.get(f"/v1/users/{user['id']}")
    assert read.json() == user
    assert made.headers["etag"] == read.headers["etag"] == '"1"'
    assert user["changed_by"] is not None
    del user["id"], user["created_at"], user["changed_by"], user["changed_at"]
    assert user == {
        "kind": "person",
        "name": "ALAMO\\ana",
        "display_name": "Ana",
        "active": True,
        "has_password": False,
        "password_changed_at": None,
        "groups": [],
        "revision": 1,
    }


async def test_the_same_name_in_another_case_is_in_use(clerk: httpx.AsyncClient) -> None:
    await make(clerk)
    answer = await make(clerk, "alamo\\ANA")
    assert (answer.status_code, answer.json()["code"]) == (409, "USER_EXISTS")


async def test_two_clerks_who_create_the_same_user_create_one(clerk: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(make(clerk, name) for name in ("ALAMO\\ana", "alamo\\Ana", "Alamo\\aNA")))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "ana", "display_name": "Ana"}, "/name"),
        ({"name": "ALAMO\\a\x00", "display_name": "Ana"}, "/name"),
        ({"name": "ALAMO\\ana", "display_name": "  "}, "/display_name"),
        ({"name": "ALAMO\\ana", "display_name": "A\x00na"}, "/display_name"),
        ({"name": "ALAMO\\ana", "display_name": "x" * 121}, "/display_name"),
        ({"name": "ALAMO\\ana"}, "/display_name"),
        ({"name": "ALAMO\\ana", "display_name": "Ana", "active": "perhaps"}, "/active"),
        ({"name": "ALAMO\\ana", "display_name": "Ana", "groups": [1]}, "/groups"),
        ({"name": None, "display_name": "Ana"}, "/name"),
    ],
)
async def test_an_invalid_user_is_refused(clerk: httpx.AsyncClient, body: object, pointer: str) -> None:
    answer = await clerk.post("/v1/users", json=body)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


async def test_half_an_emoji_is_not_a_name(clerk: httpx.AsyncClient) -> None:
    body = b'{"name": "ALAMO\\\\ana", "display_name": "\\ud83d"}'
    answer = await clerk.post("/v1/users", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422


@pytest.mark.parametrize("user_id", ["0", "-1", "x", "999", "9223372036854775808"])
async def test_an_unknown_user_is_not_found(clerk: httpx.AsyncClient, user_id: str) -> None:
    change: dict[str, Any] = {"json": {"active": False}, "headers": {"if-match": '"1"'}}
    for answer in (
        await clerk.get(f"/v1/users/{user_id}"),
        await clerk.patch(f"/v1/users/{user_id}", **change),
        await clerk.put(f"/v1/users/{user_id}/password", json={"password": PASSWORD}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_a_change_names_the_version_that_it_changes(clerk: httpx.AsyncClient) -> None:
    path = f"/v1/users/{(await make(clerk)).json()['id']}"
    body = {"display_name": "Ana María"}
    assert (await clerk.patch(path, json=body)).status_code == 428
    assert (await clerk.patch(path, json=body, headers={"if-match": "*"})).status_code == 412
    changed = await clerk.patch(path, json=body, headers={"if-match": '"1"'})
    assert (changed.status_code, changed.json()["display_name"]) == (200, "Ana María")
    assert changed.headers["etag"] == '"2"'
    stale = await clerk.patch(path, json=body, headers={"if-match": '"1"'})
    assert (stale.status_code, stale.json()["current_version"]) == (412, 2)
    assert stale.json()["current"] == changed.json()
    assert stale.json()["changed_by"] == "ALAMO\\tester"
    again = await clerk.patch(path, json=body, headers={"if-match": '"2"'})
    assert (again.status_code, again.headers["etag"]) == (200, '"2"')


async def test_of_two_clerks_who_change_the_same_version_one_is_refused(clerk: httpx.AsyncClient) -> None:
    path = f"/v1/users/{(await make(clerk)).json()['id']}"
    answers = await asyncio.gather(
        *(clerk.patch(path, json={"display_name": name}, headers={"if-match": '"1"'}) for name in ("Anna", "Ann"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


@pytest.mark.parametrize(
    "body", [{}, {"name": "ALAMO\\other"}, {"active": None}, {"display_name": ""}, {"display_name": None}]
)
async def test_an_invalid_change_is_refused(clerk: httpx.AsyncClient, body: object) -> None:
    path = f"/v1/users/{(await make(clerk)).json()['id']}"
    answer = await clerk.patch(path, json=body, headers={"if-match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")


async def test_the_last_administrator_cannot_be_deactivated(clerk: httpx.AsyncClient, company: Company) -> None:
    ana, ben = await company.user("ALAMO\\ana"), await company.user("ALAMO\\ben")
    await company.group("Administrators", ADMIN, members=(ana, ben))
    answers = [
        await clerk.patch(f"/v1/users/{user}", json={"active": False}, headers={"if-match": '"1"'})
        for user in (ana, ben)
    ]
    assert answers[0].json()["active"] is False
    assert (answers[1].status_code, answers[1].json()["code"]) == (409, "LAST_ADMINISTRATOR")
    assert (await clerk.get(f"/v1/users/{ben}")).json()["active"] is True


@pytest.fixture
async def staff(company: Company) -> dict[str, int]:
    """Six users, two of them in Proof."""
    names = ["ana", "Ben", "carla", "Dora", "émile", "Frank"]
    users = {name: await company.user(f"ALAMO\\{name}", active=name != "Dora") for name in names}
    proof = await company.group("Proof", members=(users["ana"], users["carla"]))
    await company.group("Billing", members=(users["ana"],))
    return {**users, "Proof": proof}


async def names_of(clerk: httpx.AsyncClient, **filters: Any) -> list[str]:
    answer = await clerk.get("/v1/users", params=filters)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["totals"]["count"] >= len(found["items"])
    return [user["name"].removeprefix("ALAMO\\") for user in found["items"]]


async def test_users_are_listed_by_name_regardless_of_case(clerk: httpx.AsyncClient, staff: dict[str, int]) -> None:
    assert await names_of(clerk) == ["ana", "Ben", "carla", "Dora", "émile", "Frank"]
    assert await names_of(clerk, sort="-name") == ["Frank", "émile", "Dora", "carla", "Ben", "ana"]
    assert await names_of(clerk, sort="display_name", limit=1) == ["ana"]


async def test_users_are_filtered(clerk: httpx.AsyncClient, staff: dict[str, int]) -> None:
    assert await names_of(clerk, active=False) == ["Dora"]
    assert await names_of(clerk, group=staff["Proof"]) == ["ana", "carla"]
    assert await names_of(clerk, group=staff["Proof"], active=False) == []
    assert await names_of(clerk, name="alamo\\CARLA") == ["carla"]
    assert await names_of(clerk, name="carla") == []
    assert await names_of(clerk, search="AN") == ["ana", "Frank"]
    assert await names_of(clerk, search="ÉM") == ["émile"]
    assert await names_of(clerk, search="%") == []
    assert await names_of(clerk, group=999) == []


async def test_pages_are_consecutive_and_totals_count_everyone(clerk: httpx.AsyncClient, staff: dict[str, int]) -> None:
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (
            await clerk.get("/v1/users", params={"limit": 2, "sort": "-created_at", "totals": True, **cursor})
        ).json()
        assert page["totals"] == {"count": 6}
        seen += [user["name"] for user in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert len(seen) == len(set(seen)) == 6


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 501},
        {"limit": 0},
        {"sort": "password_hash"},
        {"cursor": "x"},
        {"group": 2**63},
        {"name": "a\x00"},
        {"search": ""},
        {"active": "perhaps"},
    ],
)
async def test_an_invalid_query_is_refused(clerk: httpx.AsyncClient, params: dict[str, Any]) -> None:
    answer = await clerk.get("/v1/users", params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")


async def test_the_groups_of_each_user_are_listed(clerk: httpx.AsyncClient, staff: dict[str, int]) -> None:
    users = {user["id"]: user for user in (await clerk.get("/v1/users")).json()["items"]}
    assert [group["name"] for group in users[staff["ana"]]["groups"]] == ["Billing", "Proof"]
    assert users[staff["carla"]]["groups"] == [{"id": staff["Proof"], "name": "Proof"}]
    assert users[staff["Ben"]]["groups"] == []


async def test_a_new_password_logs_in(clerk: httpx.AsyncClient, client: Client, company: Company) -> None:
    ana = await company.user("ALAMO\\ana")
    answer = await clerk.put(f"/v1/users/{ana}/password", json={"password": PASSWORD, "must_change": False})
    assert (answer.status_code, answer.content) == (204, b"")
    user = (await clerk.get(f"/v1/users/{ana}")).json()
    assert user["has_password"]
    assert user["password_changed_at"] is not None
    assert "password_hash" not in user
    log_in = await client().post("/v1/tokens", json={"user": "alamo\\ana", "password": PASSWORD})
    assert log_in.status_code == 200


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "PASSWORD_UNFIT"),
        ("short", "PASSWORD_UNFIT"),
        ("x" * 300, "PASSWORD_UNFIT"),
        ("ALAMO\\anamaria", "PASSWORD_UNFIT"),
        ("x" * 1001, "INVALID_INPUT"),
        (None, "INVALID_INPUT"),
    ],
)
async def test_an_unsuitable_password_is_refused(
    clerk: httpx.AsyncClient, company: Company, password: str, code: str
) -> None:
    user = await company.user("ALAMO\\anamaria")
    answer = await clerk.put(f"/v1/users/{user}/password", json={"password": password})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_only_an_administrator_sets_the_password_of_an_administrator(client: Client, company: Company) -> None:
    ana, ben = await company.user("ALAMO\\ana"), await company.user("ALAMO\\ben")
    await company.group("Administrators", ADMIN, members=(ana,))
    help_desk = client(Grant("security.users", Level.ADMIN), user=99)
    body = {"password": PASSWORD}
    assert (await help_desk.put(f"/v1/users/{ben}/password", json=body)).status_code == 204
    answer = await help_desk.put(f"/v1/users/{ana}/password", json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "ADMINISTRATOR_PROTECTED")
    administrator = client(*ADMINISTRATION, user=98)
    assert (await administrator.put(f"/v1/users/{ana}/password", json=body)).status_code == 204


@pytest.mark.parametrize(
    ("method", "path", "needed"),
    [
        ("GET", "/v1/users", Level.VIEW),
        ("GET", "/v1/users/1", Level.VIEW),
        ("POST", "/v1/users", Level.EDIT),
        ("PATCH", "/v1/users/1", Level.EDIT),
        ("PUT", "/v1/users/1/password", Level.ADMIN),
        ("POST", "/v1/users/import", Level.ADMIN),
    ],
)
async def test_each_operation_needs_its_level(client: Client, method: str, path: str, needed: Level) -> None:
    below = client(Grant("security.users", Level(needed - 1)), Grant("security.groups", Level.ADMIN))
    enough = client(Grant("security.users", needed))
    assert (await client().request(method, path)).status_code == 401
    assert (await below.request(method, path)).json()["code"] == "FORBIDDEN"
    assert (await enough.request(method, path)).status_code not in {401, 403}
