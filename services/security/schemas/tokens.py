"""Owns the wire types of logging in, and of the keys that check tokens."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.security.schemas.words import Secret, Sent, Short


class LogIn(Sent):
    """A local account's name and password."""

    user: Annotated[str, Short]
    password: Secret


class RefreshToken(Sent):
    refresh_token: Secret


class TokenAnswer(BaseModel):
    """Send the access token as `Authorization: Bearer …`; exchange the refresh token for new ones before it expires."""

    access_token: str = Field(repr=False)
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of a scheme, not a secret
    expires_in: int = Field(description="Seconds that the access token is valid.")
    refresh_token: str = Field(repr=False, description="Usable once; its use gives the next one.")


class CookieAnswer(BaseModel):
    """How many seconds the access cookie lasts, then refresh it; and the session, then log in again."""

    expires_in: int
    session_expires_in: int


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


class SessionAnswer(BaseModel):
    """A log-in that has not ended; `last_used_at` is when its tokens were last exchanged."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
