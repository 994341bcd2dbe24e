"""Owns the wire types of service accounts that log in."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from services.security.records.names import Short
from services.security.schemas.words import Secret, Sent


class ServiceLogIn(Sent):
    """A service account's name and the secret of one of its credentials."""

    account: Annotated[str, Short]
    secret: Secret


class AccessTokenRead(BaseModel):
    """Send it as `Authorization: Bearer …`; ask for the next one with the secret before it expires."""

    access_token: str = Field(repr=False)
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of a scheme, not a secret
    expires_in: int = Field(description="Seconds that the access token is valid.")
