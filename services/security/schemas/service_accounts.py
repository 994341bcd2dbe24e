"""The wire types of logging in as a service account."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from services.security.records.names import Short
from services.security.schemas.words import Secret, SecretBody


class ServiceLogInBody(SecretBody):
    """A service account's name and the secret of one of its credentials."""

    account: Annotated[str, Short]
    secret: Secret


class AccessTokenRead(BaseModel):
    """Send the token as `Authorization: Bearer …`. Log in again before it expires."""

    access_token: str = Field(repr=False)
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of a scheme, not a secret
    expires_in: int = Field(description="Lifetime of the access token in seconds.")
