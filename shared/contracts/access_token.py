"""Access tokens: security signs them, the gateway checks them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

ISSUER = "ratebook-security"
AUDIENCE = "ratebook-gateway"
TYPE = "ratebook-access+jwt"


class AccessClaims(BaseModel):
    """The claims of an access token.

    `sub` is the user's id, which exists before its owner first logs in: rights can be granted to a name beforehand.
    `sid` is the session. `csrf` is the value that a browser's page must send when the token arrives as a cookie; a
    token without it is not accepted as a cookie.
    """

    model_config = ConfigDict(frozen=True, strict=True)

    iss: str = ISSUER
    aud: str = AUDIENCE
    sub: Annotated[str, Field(min_length=1)]
    name: str
    sid: str
    iat: int
    exp: int
    jti: str
    csrf: str | None = None
