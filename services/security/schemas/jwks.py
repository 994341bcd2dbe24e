"""Owns the wire types of the keys that check tokens."""

from pydantic import BaseModel


class PublicKey(BaseModel):
    """A public Ed25519 key (RFC 8037)."""

    kty: str
    crv: str
    x: str
    kid: str
    alg: str
    use: str


class PublicKeys(BaseModel):
    """A JWKS document (RFC 7517)."""

    keys: list[PublicKey]
