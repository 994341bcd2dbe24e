"""Owns credentials of service accounts: their form, how many there may be, and when they are valid."""

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
    """A credential without its secret, which was shown once and is not known any more; valid until `revoked_at`."""

    id: int
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True)
class NewCredential:
    """A credential with its secret, which is shown this once."""

    credential: Credential
    secret: Annotated[str, Field(description="Keep it: it is not shown again.")] = field(repr=False)


@dataclass(frozen=True)
class NewServiceAccount(NewCredential):
    """The account that was made, and its first credential."""

    account: User


def shown_secret(credential_id: int, random: str) -> str:
    """What a service account shows: the credential's id, so that only one has to be compared, and the random part."""
    return f"{credential_id}.{random}"


def read_secret(secret: str) -> tuple[int, str] | None:
    """The credential that a shown secret claims to be, and the part to compare; None when it has no such form.

    Example: `17.Jx0…` is credential 17 with `Jx0…`.
    """
    number, dot, random = secret.partition(".")
    if not dot or not number.isascii() or not number.isdigit() or len(number) > _LONGEST_ID:
        return None
    return int(number), random


def require_room(valid: int) -> None:
    """Raises CredentialsEnough when there are two valid ones already: the one in use, and the one that follows it."""
    if valid >= MOST_VALID:
        raise CredentialsEnough(f"There are {valid} valid credentials: revoke one that is not used any more first.")
