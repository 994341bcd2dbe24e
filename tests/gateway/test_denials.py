"""Denials reach the audit with their counts, whatever fails on the way, and only gateways can report them."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.local.nats import Nats
from gateway.auth import Identities
from gateway.connections import Connections
from gateway.denials import MOST_KINDS, Denials
from gateway.routes import compile_routes
from shared.access import cookies
from tests.gateway.conftest import Gateway
from tests.gateway.player import DOCUMENTS, Player
from tests.gateway.real import PASSWORD, gateway_of_a_company, logged_in
from tests.gateway.servers import serving, wait_for

ROUTE = next(one for one in compile_routes(DOCUMENTS).routes if one.name == "POST /api/v1/rating/orders/export")


def told(player: Player) -> Counter[tuple[str, str, int, str]]:
    """The counts of all reports together, by subject, operation, status and reason."""
    found: Counter[tuple[str, str, int, str]] = Counter()
    for report in tuple(player.denials.values()):
        for one in report["denials"]:
            found[one["subject"], one["operation"], one["status"], one["reason"]] += one["count"]
    return found


def test_denials_are_reported_with_caller_operation_reason_and_count(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(denials_seconds=0.2)
    gateway.player.users["9"] = {"name": "ALAMO\\olga", "groups": []}
    gateway.player.epoch += 1
    gateway.asks_again()
    with gateway.client("9") as olga, gateway.client("10") as nobody, gateway.client("7") as everybody:
        for _ in range(3):
            assert olga.post("/rating/orders/export").status_code == 403
        assert olga.get("/rating/echo").status_code == 403
        assert nobody.get("/rating/me").status_code == 401
        assert everybody.get("/rating/echo").status_code == 200
    assert httpx.get(f"{gateway.origin}/api/v1/rating/echo").status_code == 401
    no_group = "no group grants rating.export at admin"
    expected = {
        ("9", "POST /api/v1/rating/orders/export", 403, no_group): 3,
        ("9", "GET /api/v1/rating/echo", 403, "no group grants rating.echo at view"): 1,
        ("10", "GET /api/v1/rating/me", 401, "no active user with this id"): 1,
    }
    wait_for(lambda: told(gateway.player).total() == 6, "all denials were reported")
    assert told(gateway.player).items() >= expected.items()
    one = next(one for report in gateway.player.denials.values() for one in report["denials"] if one["subject"] == "9")
    assert (one["name"], one["address"], one["feature"].partition(".")[0]) == ("ALAMO\\olga", "127.0.0.1", "rating")


def test_an_unconfirmed_report_is_repeated_with_the_same_key(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(denials_seconds=0.1, permission_poll_seconds=30)
    gateway.player.failing = True
    for _ in range(5):
        httpx.get(f"{gateway.origin}/api/v1/rating/echo")
    wait_for(lambda: gateway.player.asked("/v1/denials") >= 3, "the report was sent several times")
    gateway.player.failing = False
    tries = gateway.player.asked("/v1/denials")
    wait_for(lambda: gateway.player.asked("/v1/denials") > tries, "the report was sent again")
    wait_for(lambda: told(gateway.player).total() == 5, "all were reported, none twice")


def test_a_stopped_gateway_reports_its_counts(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway()
    httpx.get(f"{gateway.origin}/api/v1/rating/echo")
    assert told(gateway.player).total() == 0
    gateway.server.stop()
    assert told(gateway.player).total() == 1


async def test_too_many_kinds_are_reported_together_with_the_right_count(upstream: Connections) -> None:
    player = Player()
    with serving(player) as services:
        denials = Denials(upstream, services.origin, Identities(Ed25519PrivateKey.generate()))
        for number in range(3 * MOST_KINDS):
            denials.count(ROUTE, str(number), "", "127.0.0.1", 403, "")
        assert denials.unsent == 3 * MOST_KINDS
        assert len(denials._counts) == MOST_KINDS + 1
        await denials.send()
        assert denials.unsent == 0
    found = told(player)
    assert (found.total(), len(found)) == (3 * MOST_KINDS, MOST_KINDS + 1)


async def test_the_audit_shows_denials_and_nobody_can_forge_them(
    fresh_database: Callable[[str], Awaitable[str]], cluster: Callable[[str, str], str], broker: Nats
) -> None:
    database_url = cluster(await fresh_database("security"), "security_runtime")
    async with gateway_of_a_company(database_url, broker, denials_seconds=0.3) as gateway:
        await asyncio.to_thread(_be_refused_and_look, gateway)


def _be_refused_and_look(gateway: str) -> None:
    with logged_in(gateway, "ALAMO\\admin") as admin:
        user = admin.post("/security/users", json={"name": "ALAMO\\jsmith", "display_name": "J. Smith"}).json()["id"]
        assert (
            admin.put(f"/security/users/{user}/password", json={"password": PASSWORD, "must_change": False}).status_code
            == 204
        )
        wait_for(lambda: _refused_four_times(gateway), "the gateway knows the user")

        def entries() -> list[dict[str, object]]:
            found: list[dict[str, object]] = admin.get("/security/audit", params={"name": "ALAMO\\jsmith"}).json()[
                "items"
            ]
            return [one for one in found if one["status"] == 403]

        wait_for(
            lambda: sum(json.loads(str(one["body"]))["refused"] for one in entries()) == 4, "the audit has four denials"
        )
        entry = entries()[0]
        assert (entry["operation"], entry["path"]) == ("GET /api/v1/rating/work-orders", "/api/v1/rating/work-orders")
        assert (entry["feature"], entry["level"], entry["subject"]) == ("rating.work_orders", "view", str(user))
        assert json.loads(str(entry["body"]))["reason"] == "no group grants rating.work_orders at view"
        # A foreign page that makes a browser refresh its cookies.
        brought = {"cookie": f"{cookies.REFRESH}=x; {cookies.CSRF}=y"}
        assert httpx.post(f"{gateway}/api/v1/security/cookies/refresh", headers=brought).status_code == 403

        def operations() -> set[str]:
            return {one["operation"] for one in admin.get("/security/audit", params={"limit": 20}).json()["items"]}

        wait_for(lambda: "POST /api/v1/security/cookies/refresh" in operations(), "the audit has the foreign page")
        # The administrator has all features.
        denial = {
            **dict.fromkeys(("subject", "name", "address", "operation", "feature", "level", "reason"), "x"),
            "status": 403,
            "count": 1,
        }
        made_up = {"begin": "2026-11-02T12:00:00Z", "end": "2026-11-02T12:01:00Z", "denials": [denial]}
        answer = admin.post("/security/denials", json=made_up, headers={"idempotency-key": "made-up"})
        assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")


def _refused_four_times(gateway: str) -> bool:
    with logged_in(gateway, "ALAMO\\jsmith") as clerk:
        answers = [clerk.get("/rating/work-orders").status_code for _ in range(4)]
    return answers == [403] * 4
