"""The wire types of logging in and refreshing tokens."""

from typing import Annotated

from pydantic import Field

from services.security.records.names import Short
from services.security.schemas.service_accounts import AccessTokenRead
from services.security.schemas.words import Secret, SecretBody


class LogInBody(SecretBody):
    """A user's name and password."""

    user: Annotated[str, Short]
    password: Secret


class RefreshTokenBody(SecretBody):
    refresh_token: Secret


class TokenRead(AccessTokenRead):
    """Send the access token as `Authorization: Bearer …`.

    Before it expires, exchange the refresh token for new tokens.
    """

    refresh_token: str = Field(repr=False, description="Can be used once; its use gives the next one.")
