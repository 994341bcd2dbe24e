"""Sessions are listed and ended, by the user and by user administrators."""

from collections.abc import Callable

import httpx

from shared.access.grants import Grant, Level
from tests.services.security.conftest import PASSWORD, Client, Company

VIEW = Grant("security.users", Level.VIEW)
EDIT = Grant("security.users", Level.EDIT)


async def log_in(client: httpx.AsyncClient, name: str = "ALAMO\\ana") -> dict[str, str]:
    answer = await client.post("/v1/tokens", json={"user": name, "password": PASSWORD})
    assert answer.status_code == 200
    tokens: dict[str, str] = answer.json()
    return tokens


async def can_refresh(client: httpx.AsyncClient, tokens: dict[str, str]) -> bool:
    answer = await client.post("/v1/tokens/refresh", json={"refresh_token": tokens["refresh_token"]})
    return answer.status_code == 200


async def test_own_sessions_are_listed_and_one_is_ended(client: Client, company: Company) -> None:
    ana = client(user=await company.user("ALAMO\\ana", password=PASSWORD))
    first, second = await log_in(client()), await log_in(client())
    listed = (await ana.get("/v1/me/sessions")).json()["items"]
    assert len(listed) == 2
    assert listed[0]["id"] > listed[1]["id"]
    page = (await ana.get("/v1/me/sessions", params={"limit": 1})).json()
    rest = (await ana.get("/v1/me/sessions", params={"limit": 1, "cursor": page["next_cursor"]})).json()
    assert [*page["items"], *rest["items"]] == listed
    assert (page["totals"], rest["totals"], rest["next_cursor"]) == ({"count": 2}, None, None)
    assert (await ana.delete(f"/v1/me/sessions/{listed[1]['id']}")).status_code == 204
    assert (await can_refresh(client(), first), await can_refresh(client(), second)) == (False, True)
    assert [one["id"] for one in (await ana.get("/v1/me/sessions")).json()["items"]] == [listed[0]["id"]]
    assert (await ana.delete(f"/v1/me/sessions/{listed[1]['id']}")).status_code == 204


async def test_the_session_that_asks_is_marked(
    client: Client, company: Company, identity: Callable[..., dict[str, str]]
) -> None:
    user = await company.user("ALAMO\\ana", password=PASSWORD)
    await log_in(client())
    await log_in(client())
    ana = client(user=user)
    last, first = [one["id"] for one in (await ana.get("/v1/me/sessions")).json()["items"]]
    of_first = identity("security", subject=str(user), session=str(first))
    listed = (await ana.get("/v1/me/sessions", headers=of_first)).json()["items"]
    assert {one["id"]: one["current"] for one in listed} == {last: False, first: True}


async def test_a_session_says_which_device_it_was_opened_on(client: Client, company: Company) -> None:
    ana = client(user=await company.user("ALAMO\\ana", password=PASSWORD))
    named = client()
    named.headers.update({"user-agent": f"  Firefox\t140  (X11) {'x' * 300}", "x-forwarded-for": "192.0.2.7"})
    for path in ("/v1/tokens", "/v1/cookies"):
        answer = await named.post(path, json={"user": "ALAMO\\ana", "password": PASSWORD})
        assert answer.status_code == 200, answer.text
    for one in (await ana.get("/v1/me/sessions")).json()["items"]:
        assert one["address"] == "192.0.2.7"
        assert one["user_agent"].startswith("Firefox 140 (X11) xxx")
        assert len(one["user_agent"]) == 200


async def test_a_session_of_another_user_is_not_found(client: Client, company: Company) -> None:
    ana = client(user=await company.user("ALAMO\\ana", password=PASSWORD))
    ben = client(user=await company.user("ALAMO\\ben", password=PASSWORD))
    tokens = await log_in(client())
    (mine,) = (await ana.get("/v1/me/sessions")).json()["items"]
    assert (await ben.delete(f"/v1/me/sessions/{mine['id']}")).status_code == 404
    assert await can_refresh(client(), tokens)


async def test_a_user_administrator_ends_one_session_or_all(client: Client, company: Company) -> None:
    user = await company.user("ALAMO\\ana", password=PASSWORD)
    first, second, third = [await log_in(client()) for _ in range(3)]
    keeper = client(EDIT, user="keeper")
    listed = (await keeper.get(f"/v1/users/{user}/sessions")).json()["items"]
    assert (await keeper.delete(f"/v1/users/{user}/sessions/{listed[-1]['id']}")).status_code == 204
    assert [await can_refresh(client(), one) for one in (first, second)] == [False, True]
    assert (await keeper.delete(f"/v1/users/{user}/sessions")).status_code == 204
    assert not await can_refresh(client(), third)
    assert (await keeper.get(f"/v1/users/{user}/sessions")).json()["items"] == []
    assert await log_in(client())


async def test_viewing_does_not_allow_ending_and_an_unknown_user_is_404(client: Client, company: Company) -> None:
    user = await company.user("ALAMO\\ana", password=PASSWORD)
    viewer = client(VIEW, user="viewer")
    assert (await viewer.get(f"/v1/users/{user}/sessions")).status_code == 200
    assert (await viewer.delete(f"/v1/users/{user}/sessions")).status_code == 403
    keeper = client(EDIT, user="keeper")
    for path in ("/v1/users/4711/sessions", f"/v1/users/{user}/sessions/4711"):
        assert (await keeper.delete(path)).status_code == 404
