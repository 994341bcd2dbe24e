"""Logging in with an identity provider: an answer must be valid in every part, and names stay with their owners."""

import json
import logging
import ssl
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI
from jwt.algorithms import HMACAlgorithm

from services.security.actions import oidc as actions
from services.security.actions.oidc import Provider
from services.security.rules.oidc import Registration, round_of
from shared.access import cookies
from shared.access.grants import Grant, Level
from tests.fixtures.issuer import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, Issuer, new_rsa
from tests.gateway.servers import serving
from tests.services.security.conftest import ADMINISTRATION, PASSWORD, Client, Company

AUDIT = Grant("security.audit", Level.VIEW)
DOMAINS = {"alamo.example": "ALAMO"}


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    with serving(made.app) as server:
        made.origin = server.origin
        yield made


@pytest.fixture
def provider(app: FastAPI, issuer: Issuer) -> Provider:
    registration = Registration(
        issuer.origin, CLIENT_ID, REDIRECT_URI, "preferred_username", DOMAINS, client_secret=CLIENT_SECRET
    )
    made = Provider(registration, ssl.create_default_context())
    app.state.provider = made
    return made


@pytest.fixture
async def ana(company: Company) -> int:
    return await company.user("ALAMO\\ana")


@pytest.fixture
def browser(client: Client, provider: Provider) -> httpx.AsyncClient:
    return client()


class Left:
    """A browser that was sent to the identity provider and is about to return."""

    def __init__(self, secret: str, query: dict[str, str]):
        self.secret = secret
        self.query = query

    async def come_back(self, browser: httpx.AsyncClient, **changed: str) -> httpx.Response:
        headers = {"cookie": f"{cookies.OIDC}={self.secret}"} if self.secret else {}
        return await browser.get("/v1/oidc/callback", params={**self.query, **changed}, headers=headers)


async def leave(browser: httpx.AsyncClient) -> Left:
    sent = await browser.get("/v1/oidc/log-in")
    assert sent.status_code == 302, sent.text
    kept = sent.headers["set-cookie"]
    assert kept.startswith(f"{cookies.OIDC}=")
    assert all(word in kept for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/", "Max-Age=600"))
    secret = kept.partition("=")[2].partition(";")[0]
    browser.cookies.clear()
    assert secret not in sent.headers["location"]
    async with httpx.AsyncClient() as elsewhere:
        back = await elsewhere.get(sent.headers["location"])
    assert back.status_code == 307, back.text
    query = {name: values[0] for name, values in parse_qs(urlsplit(back.headers["location"]).query).items()}
    return Left(secret, query)


async def log_in(browser: httpx.AsyncClient) -> httpx.Response:
    return await (await leave(browser)).come_back(browser)


def is_refused(answer: httpx.Response) -> bool:
    return answer.status_code == 401 and answer.json()["code"] == "LOGIN_REFUSED" and "set-cookie" not in answer.headers


async def test_a_returning_browser_is_logged_in_with_cookies_and_its_account_bound(
    browser: httpx.AsyncClient, clerk: httpx.AsyncClient, issuer: Issuer, ana: int
) -> None:
    answer = await log_in(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/")
    given = {line.partition("=")[0]: line for line in answer.headers.get_list("set-cookie")}
    assert set(given) == {cookies.ACCESS, cookies.REFRESH, cookies.CSRF, cookies.OIDC}
    assert "Max-Age=0" in given[cookies.OIDC]
    token = given[cookies.ACCESS].partition("=")[2].partition(";")[0]
    assert jwt.decode(token, options={"verify_signature": False})["sub"] == str(ana)
    (bound,) = (await clerk.get(f"/v1/users/{ana}/bindings")).json()["items"]
    assert (bound["source"], bound["subject"]) == (issuer.origin, "ana-1")
    assert (await log_in(browser)).status_code == 303


async def test_another_account_with_the_same_name_is_refused_and_audited(
    browser: httpx.AsyncClient, client: Client, issuer: Issuer, ana: int
) -> None:
    assert (await log_in(browser)).status_code == 303
    issuer.account["sub"] = "ana-2"
    assert is_refused(await log_in(browser))
    told = (await client(AUDIT, user="auditor").get("/v1/audit")).json()["items"]
    assert [(one["name"], one["status"], one["body"]) for one in told] == [
        ("ALAMO\\ana", 401, '{"reason": "the name belongs to another account"}'),
        ("ALAMO\\ana", 200, None),
    ]


async def test_the_same_account_under_another_name_is_refused(
    browser: httpx.AsyncClient, company: Company, issuer: Issuer, ana: int
) -> None:
    await company.user("ALAMO\\ben")
    assert (await log_in(browser)).status_code == 303
    issuer.account["preferred_username"] = "ben@alamo.example"
    assert is_refused(await log_in(browser))


async def test_an_administrator_can_unbind_a_name(
    browser: httpx.AsyncClient, client: Client, clerk: httpx.AsyncClient, company: Company, issuer: Issuer, ana: int
) -> None:
    await log_in(browser)
    await company.group("Administrators", *ADMINISTRATION, members=(ana,))
    issuer.account["sub"] = "ana-2"
    keeper = client(Grant("security.users", Level.ADMIN), user="keeper")
    refused = await keeper.delete(f"/v1/users/{ana}/bindings")
    assert (refused.status_code, refused.json()["code"]) == (403, "ADMINISTRATOR_PROTECTED")
    assert (await clerk.delete(f"/v1/users/{ana}/bindings")).status_code == 204
    assert (await clerk.get(f"/v1/users/{ana}/sessions")).json()["items"] == []
    assert (await log_in(browser)).status_code == 303


@pytest.mark.parametrize("name", ["nobody@alamo.example", "erp@alamo.example", "ben@alamo.example"])
async def test_an_account_that_is_unknown_inactive_or_not_a_person_is_refused(
    browser: httpx.AsyncClient, clerk: httpx.AsyncClient, client: Client, company: Company, issuer: Issuer, name: str
) -> None:
    await company.user("ALAMO\\ben", active=False)
    keeping = client(Grant("security.service_accounts", Level.ADMIN), user="keeper")
    await keeping.post("/v1/service-accounts", json={"name": "ALAMO\\erp", "display_name": "Ledger"})
    issuer.account["preferred_username"] = name
    assert is_refused(await log_in(browser))


OTHER_CLAIMS: tuple[dict[str, Any], ...] = (
    {"iss": "https://elsewhere.example"},
    {"iss": None},
    {"aud": "another-client"},
    {"aud": ["another-client", "third"]},
    {"aud": [CLIENT_ID, "another-client"]},
    {"azp": "another-client"},
    {"aud": None},
    {"exp": int(time.time()) - 60},
    {"exp": None},
    {"iat": None},
    {"iat": int(time.time()) + 3600},
    {"nbf": int(time.time()) + 3600},
    {"nonce": "another"},
    {"nonce": None},
    {"sub": None},
    {"sub": ""},
    {"sub": "x" * 256},
    {"preferred_username": None},
    {"preferred_username": ""},
    {"preferred_username": ["ana@alamo.example"]},
    {"preferred_username": "ana"},
    {"preferred_username": "ana@elsewhere.example"},
    {"preferred_username": "ana@alamo.example@elsewhere.example"},
    {"preferred_username": "OTHER\\ana"},
)


async def test_a_token_with_other_claims_is_refused(browser: httpx.AsyncClient, issuer: Issuer, ana: int) -> None:
    for claims in OTHER_CLAIMS:
        issuer.claims = claims
        assert is_refused(await log_in(browser)), claims
    issuer.claims = {}
    assert (await log_in(browser)).status_code == 303


async def test_a_token_that_is_not_signed_by_a_published_key_is_refused(
    browser: httpx.AsyncClient, issuer: Issuer, ana: int
) -> None:
    issuer.keys["k3"] = ec.generate_private_key(ec.SECP256K1())
    published = issuer.keys["k1"].public_key()
    pem = published.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    class AnyHmac(HMACAlgorithm):
        def prepare_key(self, key: Any) -> bytes:
            return bytes(key)

    def by_hmac(claims: dict[str, Any]) -> str:
        forger = jwt.PyJWS(algorithms=[])
        forger.register_algorithm("HS256", AnyHmac(HMACAlgorithm.SHA256))
        return forger.encode(json.dumps(claims).encode(), pem, "HS256", headers={"kid": "k1"})

    forgeries = [
        lambda claims: jwt.encode(claims, new_rsa(), "RS256", headers={"kid": "k1"}),
        lambda claims: jwt.encode(claims, new_rsa(), "RS256", headers={"kid": "k9"}),
        lambda claims: jwt.encode(claims, new_rsa(), "RS256"),
        lambda claims: jwt.encode(claims, "", "none", headers={"kid": "k1"}),
        by_hmac,
        # Published, but with an algorithm that is not on the list.
        lambda claims: jwt.encode(claims, issuer.keys["k3"], "ES256K", headers={"kid": "k3"}),
        lambda _: "no.token.at-all",
        lambda _: "",
    ]
    for forgery in forgeries:
        issuer.sign = forgery
        assert is_refused(await log_in(browser))
    issuer.sign = None
    assert (await log_in(browser)).status_code == 303


async def test_the_providers_keys_may_rotate_and_unknown_ones_are_looked_up_rarely(
    browser: httpx.AsyncClient, issuer: Issuer, ana: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await log_in(browser)).status_code == 303
    issuer.keys["k2"] = ec.generate_private_key(ec.SECP256R1())
    issuer.signing, issuer.algorithm = "k2", "ES256"
    asked = issuer.asked.count("/jwks")
    for _ in range(3):
        assert is_refused(await log_in(browser))
    assert issuer.asked.count("/jwks") == asked
    monkeypatch.setattr(actions, "_UNKNOWN_KEY_SECONDS", 0)
    assert (await log_in(browser)).status_code == 303
    assert issuer.asked.count("/jwks") == asked + 1
    assert issuer.asked.count("/.well-known/openid-configuration") == 1


async def test_an_answer_is_valid_once_and_only_in_its_own_browser(
    browser: httpx.AsyncClient, issuer: Issuer, ana: int
) -> None:
    first, other = await leave(browser), await leave(browser)
    # An attacker's answer used in another browser, and vice versa.
    assert is_refused(await Left(other.secret, first.query).come_back(browser))
    assert is_refused(await Left("", first.query).come_back(browser))
    # The state matches, but the code was issued to another browser, so the verifier does not match.
    assert is_refused(await other.come_back(browser, code=first.query["code"]))
    third = await leave(browser)
    assert is_refused(await third.come_back(browser, state=""))
    assert is_refused(await third.come_back(browser, iss="https://elsewhere.example"))
    assert is_refused(await third.come_back(browser, code=""))
    assert (await third.come_back(browser)).status_code == 303
    assert is_refused(await third.come_back(browser))


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": 7},
    ],
)
async def test_a_provider_with_faulty_metadata_is_not_used(
    browser: httpx.AsyncClient, issuer: Issuer, document: dict[str, Any]
) -> None:
    issuer.document = document
    answer = await browser.get("/v1/oidc/log-in")
    assert (answer.status_code, answer.json()["code"]) == (503, "IDENTITY_PROVIDER_AWAY")
    assert int(answer.headers["retry-after"]) > 0


async def test_a_provider_that_is_down_is_asked_again_and_passwords_work_meanwhile(
    browser: httpx.AsyncClient, company: Company, issuer: Issuer, ana: int
) -> None:
    await company.user("ALAMO\\eve", password=PASSWORD)
    issuer.failing = True
    assert (await browser.get("/v1/oidc/log-in")).status_code == 503
    answer = await browser.post("/v1/tokens", json={"user": "ALAMO\\eve", "password": PASSWORD})
    assert answer.status_code == 200
    issuer.failing = False
    assert (await log_in(browser)).status_code == 303


async def test_without_a_provider_this_log_in_does_not_exist(client: Client) -> None:
    for path in ("log-in", "callback"):
        answer = await client().get(f"/v1/oidc/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_no_secret_of_a_log_in_is_logged(
    browser: httpx.AsyncClient, provider: Provider, ana: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    one = await leave(browser)
    refused = await one.come_back(browser, state="x")
    passed = await one.come_back(browser)
    assert "the state does not match this browser" in caplog.text
    secrets = [one.secret, CLIENT_SECRET, round_of(one.secret).verifier]
    secrets += [line.partition("=")[2].partition(";")[0] for line in passed.headers.get_list("set-cookie")[:3]]
    for secret in secrets:
        assert secret not in caplog.text + refused.text + repr(provider.registration) + repr(round_of(one.secret))
