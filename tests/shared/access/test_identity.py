"""Services trust identities signed with their configured gateway keys, and no others."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.access.grants import Principal
from shared.access.identity import IdentityVerifier, public_jwks, sign_identity
from shared.errors import Unauthenticated

ANA = Principal("7", "ALAMO\\ana")


def test_during_a_key_rotation_both_keys_are_trusted_and_a_retired_one_is_not() -> None:
    old, new = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    both = IdentityVerifier(public_jwks([old, new]), "rating")
    for key in (old, new):
        assert both.verify(sign_identity(key, ANA, "rating")) == ANA
    alone = IdentityVerifier(public_jwks([new]), "rating")
    assert alone.verify(sign_identity(new, ANA, "rating")) == ANA
    with pytest.raises(Unauthenticated):
        alone.verify(sign_identity(old, ANA, "rating"))
