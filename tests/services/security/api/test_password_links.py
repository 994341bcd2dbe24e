"""A user who has forgotten a local password chooses another one with a link, once and within a day."""

from datetime import timedelta

import pytest
from fastapi import FastAPI

from shared import clock
from shared.access.grants import Grant, Level
from shared.audit import store as audit
from shared.audit.store import EntryFilter
from shared.database.pages import PageQuery
from tests.services.security.conftest import ADMINISTRATION, NOON, PASSWORD, Client, Company

ANA = "ALAMO\\ana"
NEW = "a better horse battery"
USERS = Grant("security.users", Level.ADMIN)


async def logs_in(client: Client, password: str) -> int:
    return (await client().post("/v1/tokens", json={"user": ANA, "password": password})).status_code


async def test_a_link_gives_a_password_once(client: Client, company: Company) -> None:
    user = await company.user(ANA, password=PASSWORD)
    made = await client(USERS, user="clerk").post(f"/v1/users/{user}/password-links")
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    token = made.json()["token"]
    short = await client().post("/v1/passwords/by-link", json={"token": token, "new_password": "short"})
    assert short.json()["code"] == "PASSWORD_UNFIT"
    session = (await client().post("/v1/tokens", json={"user": ANA, "password": PASSWORD})).json()
    assert (await client().post("/v1/passwords/by-link", json={"token": token, "new_password": NEW})).status_code == 204
    assert (await logs_in(client, NEW), await logs_in(client, PASSWORD)) == (200, 401)
    ended = await client().post("/v1/tokens/refresh", json={"refresh_token": session["refresh_token"]})
    assert ended.status_code == 401
    again = await client().post("/v1/passwords/by-link", json={"token": token, "new_password": f"{NEW}!"})
    assert (again.status_code, again.json()["code"]) == (403, "LINK_REFUSED")
    async with company.database.transaction() as session_:
        entries, _, _ = await audit.list_entries(session_, EntryFilter(), PageQuery(100, None, None))
    noted = {entry.operation: entry for entry in entries}
    assert noted["POST /v1/passwords/by-link"].name == ANA
    assert "POST /v1/users/{user_id}/password-links" in noted
    assert not any(token in (entry.body or "") for entry in entries)


async def test_a_link_ends_after_a_day_and_when_another_is_made(
    client: Client, company: Company, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await company.user(ANA, password=PASSWORD)
    clerk = client(USERS, user="clerk")
    now = [NOON]
    monkeypatch.setitem(app.dependency_overrides, clock.now, lambda: now[0])
    first, second = [(await clerk.post(f"/v1/users/{user}/password-links")).json()["token"] for _ in range(2)]
    body = {"token": first, "new_password": NEW}
    assert (await client().post("/v1/passwords/by-link", json=body)).json()["code"] == "LINK_REFUSED"
    now[0] = NOON + timedelta(hours=24)
    body = {"token": second, "new_password": NEW}
    assert (await client().post("/v1/passwords/by-link", json=body)).json()["code"] == "LINK_REFUSED"
    now[0] = NOON + timedelta(hours=23, minutes=59)
    assert (await client().post("/v1/passwords/by-link", json=body)).status_code == 204


async def test_users_who_choose_another_password_themselves_take_their_link_away(
    client: Client, company: Company
) -> None:
    user = await company.user(ANA, password=PASSWORD)
    token = (await client(USERS, user="clerk").post(f"/v1/users/{user}/password-links")).json()["token"]
    chosen = {"user": ANA, "password": PASSWORD, "new_password": "chosen by ana herself"}
    assert (await client().post("/v1/passwords", json=chosen)).status_code == 204
    body = {"token": token, "new_password": NEW}
    assert (await client().post("/v1/passwords/by-link", json=body)).json()["code"] == "LINK_REFUSED"


async def test_a_password_that_is_set_takes_the_link_away_and_so_does_deactivating(
    client: Client, company: Company
) -> None:
    clerk = client(*ADMINISTRATION, user="clerk")
    user = await company.user(ANA, password=PASSWORD)
    token = (await clerk.post(f"/v1/users/{user}/password-links")).json()["token"]
    await clerk.put(f"/v1/users/{user}/password", json={"password": "set by an administrator"})
    body = {"token": token, "new_password": NEW}
    assert (await client().post("/v1/passwords/by-link", json=body)).json()["code"] == "LINK_REFUSED"
    token = (await clerk.post(f"/v1/users/{user}/password-links")).json()["token"]
    etag = (await clerk.get(f"/v1/users/{user}")).headers["etag"]
    await clerk.patch(f"/v1/users/{user}", json={"active": False}, headers={"if-match": etag})
    body = {"token": token, "new_password": NEW}
    assert (await client().post("/v1/passwords/by-link", json=body)).json()["code"] == "LINK_REFUSED"


async def test_only_an_administrator_makes_a_link_for_an_administrator(client: Client, company: Company) -> None:
    boss = await company.user("ALAMO\\boss", password=PASSWORD)
    await company.group("Administrators", Grant("security.groups", Level.ADMIN), members=(boss,))
    assert (await client(USERS, user="clerk").post(f"/v1/users/{boss}/password-links")).status_code == 403
    assert (await client(*ADMINISTRATION, user="clerk").post(f"/v1/users/{boss}/password-links")).status_code == 201
    viewer = client(Grant("security.users", Level.EDIT), user="clerk")
    assert (await viewer.post(f"/v1/users/{boss}/password-links")).status_code == 403


async def test_the_page_for_logging_in_asks_what_is_set_up(client: Client) -> None:
    answer = await client().get("/v1/log-in-ways")
    assert answer.json() == {"windows_domain": False, "identity_provider": False}


async def test_the_chain_of_the_audit_says_how_far_it_was_checked(client: Client, company: Company) -> None:
    user = await company.user(ANA, password=PASSWORD)
    await client(USERS, user="clerk").post(f"/v1/users/{user}/password-links")
    viewer = client(Grant("security.audit", Level.VIEW))
    before = (await viewer.get("/v1/audit/chain")).json()
    assert (before["sealed"], before["unsealed"] > 0, before["checked_at"]) == (0, True, None)
    async with company.database.transaction() as session:
        await audit.seal_part(session)
        verdict = await audit.verify(session)
    after = (await viewer.get("/v1/audit/chain")).json()
    assert (after["head"], after["checked"], after["unsealed"]) == (verdict.head, verdict.sealed, 0)
    assert after["checked_at"] is not None
