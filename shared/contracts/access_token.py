"""Access tokens: security signs them, the gateway believes them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

ISSUER = "ratebook-security"
AUDIENCE = "ratebook-gateway"
TYPE = "ratebook-access+jwt"


class AccessClaims(BaseModel):
    """What an access token says. `sub` is the user's id: a name may be granted to before its owner was ever seen.

    `sid` names the session. `csrf` is what a browser's page must show where the token comes as a cookie; a token
    without it is no cookie.
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
