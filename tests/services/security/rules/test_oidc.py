"""Names at an identity provider become users of known domains; a log-in's values derive from the browser's secret."""

import base64
import hashlib
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.security.rules.bindings import find_contradiction
from services.security.rules.oidc import (
    Endpoints,
    Registration,
    authorization_url,
    endpoints_of,
    is_protected,
    round_of,
    windows_name,
)

DOMAINS = {"alamo.example": "ALAMO", "": "LOCAL"}
DOCUMENT = {
    "issuer": "https://id.example",
    "authorization_endpoint": "https://id.example/authorize?tenant=1",
    "token_endpoint": "https://id.example/token",
    "jwks_uri": "https://id.example/jwks",
}


@pytest.mark.parametrize(
    ("claimed", "name"),
    [
        ("ana@alamo.example", "ALAMO\\ana"),
        ("Ana@ALAMO.example", "ALAMO\\Ana"),
        ("ana", "LOCAL\\ana"),
        ("ALAMO\\ana", "ALAMO\\ana"),
        ("alamo\\ana", "alamo\\ana"),
    ],
)
def test_a_name_refers_to_a_user_of_the_mapped_domain(claimed: str, name: str) -> None:
    assert windows_name(claimed, DOMAINS) == name


@pytest.mark.parametrize(
    "claimed",
    ["", "ana@elsewhere.example", "OTHER\\ana", "a\\b\\c", "ana@x@alamo.example", "@alamo.example", "ALAMO\\", "a\x00"],
)
def test_any_other_name_is_refused(claimed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        windows_name(claimed, DOMAINS)


def test_a_name_without_a_domain_is_refused_unless_it_is_mapped() -> None:
    with pytest.raises(ValueError, match="does not belong to a domain"):
        windows_name("ana", {"alamo.example": "ALAMO"})


SECRETS = st.binary(min_size=32, max_size=32).map(lambda secret: urlsafe_b64encode(secret).decode())


@given(SECRETS, SECRETS)
def test_a_round_depends_only_on_its_secret(one: str, other: str) -> None:
    assert round_of(one) == round_of(one)
    first = round_of(one)
    assert len({first.state, first.nonce, first.verifier}) == 3
    assert (round_of(other).state == first.state) == (one == other)


def test_the_browser_is_sent_with_the_challenge_and_never_with_the_verifier() -> None:
    one = round_of("secret")
    registration = Registration("https://id.example", "ratebook", "https://r.example/cb", "upn", DOMAINS)
    url = authorization_url(endpoints_of("https://id.example", DOCUMENT), registration, one)
    assert url.startswith("https://id.example/authorize?tenant=1&response_type=code&client_id=ratebook&")
    expected = base64.urlsafe_b64encode(hashlib.sha256(one.verifier.encode()).digest()).decode().rstrip("=")
    assert f"code_challenge={expected}&code_challenge_method=S256" in url
    assert one.verifier not in url


def test_a_discovery_document_must_be_of_its_issuer_and_use_tls() -> None:
    assert endpoints_of("https://id.example", DOCUMENT) == Endpoints(
        "https://id.example/authorize?tenant=1", "https://id.example/token", "https://id.example/jwks"
    )
    for wrong in ({"issuer": "https://id.example/"}, {"jwks_uri": "http://id.example/jwks"}, {"token_endpoint": None}):
        with pytest.raises(ValueError, match=r"https://id\.example"):
            endpoints_of("https://id.example", {**DOCUMENT, **wrong})


@pytest.mark.parametrize(
    ("url", "protected"),
    [
        ("https://id.example", True),
        ("http://127.0.0.1:8080/x", True),
        ("http://localhost", True),
        ("http://id.example", False),
        ("http://127.0.0.1.id.example", False),
        ("https://", False),
        ("ftp://127.0.0.1", False),
        ("", False),
    ],
)
def test_only_this_machine_may_be_asked_without_tls(url: str, protected: bool) -> None:
    assert is_protected(url) is protected


@pytest.mark.parametrize(
    ("bound", "owner", "fits"),
    [(None, None, True), ("s1", 7, True), ("s2", 7, False), ("s2", None, False), (None, 8, False), ("s1", 8, False)],
)
def test_a_name_stays_with_the_account_that_had_it_first(bound: str | None, owner: int | None, fits: bool) -> None:
    assert (find_contradiction(7, "s1", bound, owner) is None) is fits
