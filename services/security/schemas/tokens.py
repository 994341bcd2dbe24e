"""Owns the wire types of logging in."""

from typing import Annotated

from pydantic import Field

from services.security.records.names import Short
from services.security.schemas.service_accounts import AccessTokenRead
from services.security.schemas.words import Secret, Sent


class LogIn(Sent):
    """A local account's name and password."""

    user: Annotated[str, Short]
    password: Secret


class RefreshToken(Sent):
    refresh_token: Secret


class TokenRead(AccessTokenRead):
    """Send the access token as `Authorization: Bearer …`; exchange the refresh token for new ones before it expires."""

    refresh_token: str = Field(repr=False, description="Usable once; its use gives the next one.")
