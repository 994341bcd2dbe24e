"""Behind a trusted proxy the caller's own address counts: in limits, in the audit, and for security."""

from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from gateway.settings import Settings
from tests.gateway.conftest import SEED, Gateway
from tests.gateway.servers import wait_for

LOOPBACK = (ip_network("127.0.0.0/8"),)
KEY = "k" * 32


def settings() -> Settings:
    given: dict[str, Any] = dict.fromkeys(("rating_url", "receivables_url", "security_url"), "http://127.0.0.1:9")
    return Settings(**{"NATS_URL": "nats://127.0.0.1:9", "signing_key": SEED, **given})


def test_proxies_are_addresses_or_networks_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings().trusted_proxies == ()
    monkeypatch.setenv("GATEWAY_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7,2001:db8::/32")
    assert [str(network) for network in settings().trusted_proxies] == ["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32"]
    for wrong in ("10.0.0.1/8", "proxy.example", "10.0.0.0/8;192.0.2.7", "*"):
        monkeypatch.setenv("GATEWAY_TRUSTED_PROXIES", wrong)
        with pytest.raises(ValidationError, match="separated by commas"):
            settings()


def ask(gateway: Gateway, forwarded: str | None, path: str = "open") -> httpx.Response:
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    return httpx.get(f"{gateway.origin}/api/v1/rating/{path}", headers=headers)


def test_the_service_gets_the_address_behind_a_trusted_proxy(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(trusted_proxies=LOOPBACK)
    for forwarded in ("1.1.1.1, 203.0.113.9", "garbage", None):
        ask(gateway, forwarded)
    assert [seen.header("x-forwarded-for") for seen in gateway.player.seen] == [
        ["203.0.113.9"],
        ["127.0.0.1"],
        ["127.0.0.1"],
    ]


def test_the_header_of_anyone_else_is_ignored(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(trusted_proxies=(ip_network("10.0.0.0/8"),))
    ask(gateway, "203.0.113.9")
    assert gateway.player.seen[0].header("x-forwarded-for") == ["127.0.0.1"]


def test_callers_behind_one_proxy_have_limits_of_their_own(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(trusted_proxies=LOOPBACK, requests_per_second=0.001, burst=2)
    assert [ask(gateway, "203.0.113.9").status_code for _ in range(3)] == [200, 200, 429]
    # Another address in front of one's own is no way around the limit.
    assert ask(gateway, "198.51.100.1, 203.0.113.9").status_code == 429
    assert ask(gateway, "203.0.113.10").status_code == 200


def test_denials_are_reported_with_the_address_behind_the_proxy(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(trusted_proxies=LOOPBACK, denials_seconds=0.1, check_manner="nginx", check_key=SecretStr(KEY))
    assert ask(gateway, "203.0.113.9", "echo").status_code == 401
    checked = {
        "ratebook-check-key": KEY,
        "x-original-method": "GET",
        "x-original-uri": "/api/v1/rating/echo",
        "x-forwarded-for": "203.0.113.10",
    }
    assert httpx.get(f"{gateway.origin}/auth/check", headers=checked).status_code == 401

    def addresses() -> set[str]:
        reports = tuple(gateway.player.denials.values())
        return {denial["address"] for report in reports for denial in report["denials"]}

    wait_for(lambda: addresses() == {"203.0.113.9", "203.0.113.10"}, "both denials were reported")
