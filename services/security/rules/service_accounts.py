"""The credentials of service accounts: their form, their number, and when they are valid."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.security.errors import CredentialsEnough
from services.security.records.users import User

MOST_VALID = 2
SECRET_BYTES = 32
_LONGEST_ID = 18


@dataclass(frozen=True)
class Credential:
    """A credential without its secret, which was shown once and is not stored; valid until `revoked_at`."""

    id: int
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True)
class NewCredential:
    """A credential with its secret, which is shown only this once."""

    credential: Credential
    secret: Annotated[str, Field(description="Store it safely; it is not shown again.")] = field(repr=False)


@dataclass(frozen=True)
class NewServiceAccount(NewCredential):
    """A new account with its first credential."""

    account: User


def shown_secret(credential_id: int, random: str) -> str:
    """The secret that a service account sends: the random part after the id of the credential to compare it with."""
    return f"{credential_id}.{random}"


def read_secret(secret: str) -> tuple[int, str] | None:
    """The credential that a secret refers to, and the part to compare; None if the secret does not have this form.

    Example: `17.Jx0…` is credential 17 with `Jx0…`.
    """
    number, dot, random = secret.partition(".")
    if not dot or not number.isascii() or not number.isdigit() or len(number) > _LONGEST_ID:
        return None
    return int(number), random


def require_room(valid: int) -> None:
    """Raises CredentialsEnough if there are two valid ones already: the one in use, and its replacement."""
    if valid >= MOST_VALID:
        raise CredentialsEnough(
            f"This account already has {valid} valid credentials. First revoke one that is no longer used."
        )
