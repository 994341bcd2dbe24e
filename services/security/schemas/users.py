"""The wire types of users that are not records."""

from typing import Annotated

from pydantic import Field

from services.security.records.names import Short
from services.security.schemas.words import Secret, SecretBody


class PasswordBody(SecretBody):
    """A new password of 12 to 256 printable characters."""

    password: Secret
    must_change: bool = Field(default=True, description="Whether the user must choose another one to log in.")


class LinkedPasswordBody(SecretBody):
    """The token of a link, and a new password of 12 to 256 printable characters."""

    token: Secret
    new_password: Secret


class OwnPasswordBody(SecretBody):
    """A user's name, the password so far, and a new one of 12 to 256 printable characters."""

    user: Annotated[str, Short]
    password: Secret
    new_password: Secret
