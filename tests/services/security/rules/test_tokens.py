"""Access tokens are signed, short-lived and of one type; refresh tokens have a derived successor."""

from datetime import timedelta

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.security.rules.tokens import (
    LoggedIn,
    TokenKeys,
    digest,
    refresh_token_of,
    sign_access_token,
    successor,
    token_keys,
)
from shared.access.identity import key_id
from shared.contracts.access_token import AUDIENCE, ISSUER
from tests.services.security.conftest import NOON, SEED

SESSION = LoggedIn(31, 7, "ALAMO\\ana", NOON + timedelta(hours=12))
KEYS = token_keys(SEED)


def test_an_access_token_states_its_user_and_lifetime(keys: TokenKeys) -> None:
    token, lifetime = sign_access_token(keys, SESSION, "token-1", NOON)
    assert lifetime == 300
    assert jwt.get_unverified_header(token) == {
        "alg": "EdDSA",
        "kid": key_id(keys.signing),
        "typ": "ratebook-access+jwt",
    }
    claims = jwt.decode(
        token,
        keys.signing.public_key(),
        algorithms=["EdDSA"],
        audience=AUDIENCE,
        issuer=ISSUER,
        options={"verify_exp": False},
    )
    noon = int(NOON.timestamp())
    assert claims == {
        "iss": "ratebook-security",
        "aud": "ratebook-gateway",
        "sub": "7",
        "name": "ALAMO\\ana",
        "sid": "31",
        "iat": noon,
        "exp": noon + 300,
        "jti": "token-1",
    }


def test_an_access_token_does_not_outlive_its_session(keys: TokenKeys) -> None:
    _, lifetime = sign_access_token(keys, SESSION, "token-1", SESSION.expires_at - timedelta(seconds=90))
    assert lifetime == 90


def test_a_token_is_invalid_for_another_key(keys: TokenKeys) -> None:
    token, _ = sign_access_token(keys, SESSION, "token-1", NOON)
    other = token_keys("11" * 32).signing.public_key()
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, other, algorithms=["EdDSA"], audience=AUDIENCE)


@given(st.binary(min_size=32, max_size=32))
def test_a_refresh_token_always_has_the_same_different_successor(random: bytes) -> None:
    token = refresh_token_of(random)
    following = successor(KEYS, token)
    assert following == successor(token_keys(SEED), token)
    assert following != token
    assert len(following) == len(token) == 43
    assert digest(following) != digest(token)


def test_without_the_key_the_successor_cannot_be_derived() -> None:
    token = refresh_token_of(b"x" * 32)
    assert successor(KEYS, token) != successor(token_keys("11" * 32), token)
    assert KEYS.successions[0] != KEYS.signing.private_bytes_raw()


def test_any_text_is_handled_as_a_refresh_token() -> None:
    assert len(digest("\ud800")) == 32
    assert successor(KEYS, "\ud800")
