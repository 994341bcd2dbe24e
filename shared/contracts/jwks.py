"""The public keys for checking access tokens (RFC 7517): security publishes them, the gateway fetches them."""

from typing import Literal

from pydantic import BaseModel

NOUN = "jwks"


class PublicKey(BaseModel):
    """A public Ed25519 key (RFC 8037)."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    kid: str
    alg: Literal["EdDSA"]
    use: Literal["sig"]


class PublicKeys(BaseModel):
    """A JWKS document (RFC 7517)."""

    keys: list[PublicKey]
