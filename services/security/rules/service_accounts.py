"""Owns credentials of service accounts: their form, how many there may be, and when they are valid."""

from dataclasses import dataclass, field
from datetime import datetime

from services.security.errors import CredentialsEnough

MOST_VALID = 2
SECRET_BYTES = 32
_LONGEST_ID = 18


@dataclass(frozen=True)
class Credential:
    """A credential as it is listed; its secret was shown once and is not known any more."""

    id: int
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True)
class NewCredential:
    """A credential with the secret that is shown this once."""

    credential: Credential
    secret: str = field(repr=False)


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
