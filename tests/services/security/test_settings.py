"""The service does not start with incomplete settings of the identity provider or the directory."""

import sys
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from services.security.actions import directory
from services.security.main import create_app
from services.security.settings import Settings
from shared.access.identity import load_private_key, public_jwks
from tests.services.security.conftest import SEED

GIVEN: dict[str, Any] = {
    "database_url": SecretStr("postgresql://localhost/none"),
    "NATS_URL": SecretStr("nats://localhost"),
    "gateway_keys": public_jwks([load_private_key(SEED)]),
    "signing_key": SecretStr(SEED),
}
OIDC: dict[str, Any] = {
    "oidc_issuer": "https://id.example",
    "oidc_client_id": "ratebook",
    "oidc_redirect_uri": "https://ratebook.example/api/v1/security/oidc/callback",
    "oidc_domains": {"alamo.example": "ALAMO"},
}


def test_the_settings_of_the_identity_provider_belong_together() -> None:
    assert Settings(**GIVEN).oidc is None
    whole = Settings(**GIVEN, **OIDC, oidc_client_secret=SecretStr("s3cret"))
    assert whole.oidc is not None
    assert whole.oidc.client_secret == "s3cret"
    assert "s3cret" not in repr(whole) + repr(whole.oidc)
    for missing in OIDC:
        with pytest.raises(ValidationError, match="belong together"):
            Settings(**GIVEN, **{name: value for name, value in OIDC.items() if name != missing})


@pytest.mark.parametrize(
    "wrong",
    [
        {"oidc_issuer": "http://id.example"},
        {"oidc_redirect_uri": "http://ratebook.example/callback"},
        {"oidc_return_to": "https://elsewhere.example/"},
        {"oidc_return_to": "//elsewhere.example/"},
        {"oidc_return_to": "/\\elsewhere.example/"},
    ],
)
def test_urls_use_tls_and_a_browser_returns_to_this_host(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**GIVEN, **{**OIDC, **wrong})


def test_domains_come_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECURITY_OIDC_DOMAINS", '{"alamo.example": "ALAMO"}')
    given = {name: value for name, value in OIDC.items() if name != "oidc_domains"}
    assert Settings(**GIVEN, **given).oidc_domains == {"alamo.example": "ALAMO"}


LDAP: dict[str, Any] = {
    "ldap_url": "ldaps://dc1.alamo.example",
    "ldap_ca_file": "/etc/ca.pem",
    "ldap_domain": "ALAMO",
    "ldap_base": "dc=alamo,dc=example",
}


def test_the_settings_of_the_directory_belong_together_and_require_tls() -> None:
    assert Settings(**GIVEN).directory is None
    whole = Settings(**GIVEN, **LDAP).directory
    assert whole is not None
    assert (whole.bind_name, whole.id_attribute) == ("{domain}\\{name}", "objectSid")
    for missing in LDAP:
        with pytest.raises(ValidationError, match="belong together"):
            Settings(**GIVEN, **{name: value for name, value in LDAP.items() if name != missing})
    for wrong in ({"ldap_url": "ldap://dc1.alamo.example"}, {"ldap_bind_name": "cn=ana"}):
        with pytest.raises(ValidationError):
            Settings(**GIVEN, **{**LDAP, **wrong})


def test_a_directory_without_its_library_prevents_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "bonsai" not in sys.modules
    monkeypatch.setattr(directory, "find_spec", lambda _: None)
    with pytest.raises(directory.DirectoryUnusable, match=r"locks/ldap\.txt"):
        create_app(Settings(**GIVEN, **LDAP))
