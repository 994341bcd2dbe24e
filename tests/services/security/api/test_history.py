"""Users and groups say who changed them last, and have a history without secrets."""

from collections.abc import Callable
from typing import Any

import httpx

from tests.services.security.conftest import ADMINISTRATION, PASSWORD

Client = Callable[..., httpx.AsyncClient]
GRANT = {"feature": "rating.orders", "level": "view"}


async def steps_of(client: httpx.AsyncClient, path: str) -> list[tuple[str, str | None, list[tuple[str, Any, Any]]]]:
    """The history, oldest first: what was done, by whom, and the changed fields."""
    answer = await client.get(f"{path}/history")
    assert answer.status_code == 200, answer.text
    assert "secret" not in answer.text
    assert PASSWORD not in answer.text
    return [
        (one["action"], one["by"], [(each["field"], each["from"], each["to"]) for each in one["changes"]])
        for one in reversed(answer.json()["items"])
    ]


async def test_a_user_has_a_history(client: Client) -> None:
    keeper = client(*ADMINISTRATION, user="keeper")
    made = await keeper.post("/v1/users", json={"name": "ALAMO\\ana", "display_name": "Ana"})
    path = f"/v1/users/{made.json()['id']}"
    by = made.json()["changed_by"]
    assert by is not None
    changed = await keeper.patch(path, json={"display_name": "Ana B"}, headers={"if-match": made.headers["etag"]})
    await keeper.put(f"{path}/password", json={"password": PASSWORD})
    table = "name,display_name,active\nALAMO\\ana,Ana B,no\nALAMO\\ben,Ben,\n"
    answer = await keeper.post("/v1/users/import", content=table, headers={"content-type": "text/csv"})
    assert answer.json()["imported"] == 2, answer.text
    assert await steps_of(keeper, path) == [
        ("created", by, []),
        ("changed", by, [("display_name", "Ana", "Ana B")]),
        ("password_set", by, []),
        ("changed", by, [("active", True, False)]),
    ]
    assert changed.json()["changed_at"] > made.json()["changed_at"]
    (ben,) = (await keeper.get("/v1/users", params={"search": "ben"})).json()["items"]
    assert await steps_of(keeper, f"/v1/users/{ben['id']}") == [("imported", by, [])]
    assert (await keeper.get("/v1/users/4711/history")).status_code == 404


async def test_a_group_has_a_history_with_its_members(client: Client) -> None:
    keeper = client(*ADMINISTRATION, user="keeper")
    user = (await keeper.post("/v1/users", json={"name": "ALAMO\\ana", "display_name": "Ana"})).json()["id"]
    made = await keeper.post("/v1/groups", json={"name": "Proof", "grants": [GRANT]})
    path = f"/v1/groups/{made.json()['id']}"
    by = made.json()["changed_by"]
    body = {"name": "Proof", "grants": [{**GRANT, "level": "edit"}]}
    await keeper.put(path, json=body, headers={"if-match": made.headers["etag"]})
    assert (await keeper.put(f"{path}/members/{user}")).status_code == 204
    table = "group,user\nProof,\n"
    answer = await keeper.post("/v1/members/import", content=table, headers={"content-type": "text/csv"})
    assert answer.status_code == 201, answer.text
    assert await steps_of(keeper, path) == [
        ("created", by, []),
        ("changed", by, [("grants/rating.orders/level", "view", "edit")]),
        ("member_added", by, [("members", None, "ALAMO\\ana")]),
        ("member_removed", by, [("members", "ALAMO\\ana", None)]),
    ]
    assert (await keeper.get("/v1/groups/4711/history")).status_code == 404
