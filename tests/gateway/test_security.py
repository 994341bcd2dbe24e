"""With the real security service: log-in, and granting and revoking permissions, all through the gateway."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from deploy.local.nats import Nats
from tests.gateway.real import PASSWORD, gateway_of_a_company, logged_in
from tests.gateway.servers import wait_for


async def test_a_permission_is_granted_used_and_revoked_within_a_second(
    fresh_database: Callable[[str], Awaitable[str]], cluster: Callable[[str, str], str], broker: Nats
) -> None:
    database_url = cluster(await fresh_database("security"), "security_runtime")
    async with gateway_of_a_company(database_url, broker, permission_poll_seconds=30) as gateway:
        await asyncio.to_thread(_give_use_and_take_away, gateway)


def _give_use_and_take_away(gateway: str) -> None:
    with logged_in(gateway, "ALAMO\\admin") as admin:
        user = admin.post("/security/users", json={"name": "ALAMO\\jsmith", "display_name": "J. Smith"}).json()["id"]
        assert (
            admin.put(f"/security/users/{user}/password", json={"password": PASSWORD, "must_change": False}).status_code
            == 204
        )
        grants = [{"feature": "rating.work_orders", "level": "view", "branches": ["SAT"]}]
        group = admin.post("/security/groups", json={"name": "Order Entry", "grants": grants}).json()["id"]
        assert admin.put(f"/security/groups/{group}/members/{user}").status_code == 204
        with logged_in(gateway, "ALAMO\\JSmith") as clerk:
            wait_for(lambda: clerk.get("/rating/work-orders").status_code == 200, "the permission is granted", 2)
            assert clerk.get("/security/me").json()["name"] == "ALAMO\\jsmith"
            assert clerk.post("/rating/work-orders", json={}).json()["code"] == "FORBIDDEN"
            assert clerk.get("/security/groups").json()["code"] == "FORBIDDEN"
            began = time.monotonic()
            assert admin.delete(f"/security/groups/{group}/members/{user}").status_code == 204
            wait_for(lambda: clerk.get("/rating/work-orders").status_code == 403, "the permission is revoked", 2)
            assert time.monotonic() - began < 1
            assert (
                admin.patch(
                    f"/security/users/{user}",
                    json={"active": False},
                    headers={"if-match": admin.get(f"/security/users/{user}").headers["etag"]},
                ).status_code
                == 200
            )
            wait_for(lambda: clerk.get("/security/me").status_code == 401, "the user is deactivated", 2)
