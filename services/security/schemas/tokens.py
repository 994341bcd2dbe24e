"""Owns the wire types of logging in."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

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
