"""Owns whom a name belongs to: the account that logged in with it first, known by an id that never changes."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Claimed:
    """Who logs in, as a directory or an identity provider says.

    `source` is the provider's issuer or `directory`, `subject` the account's stable id there (objectSid, `sub`), `name`
    its name as it was mapped to `DOMAIN\\name`.
    """

    source: str
    subject: str
    name: str


@dataclass(frozen=True)
class Binding:
    """The account of an identity provider or the directory that a name belongs to."""

    source: str
    subject: str
    bound_at: datetime


def find_contradiction(user_id: int, subject: str, bound: str | None, owner: int | None) -> str | None:
    """Why an account may not log in as this user, None when it may; not bound yet means that it may, and is bound now.

    `bound` is the id that the user's name belongs to, `owner` the user that the account's id belongs to. Source: menu
    security, 2. Example: ALAMO\\ana left, another Ana got her name and another objectSid: she is not the Ana of old.
    """
    if bound is not None and bound != subject:
        return "the name belongs to another account"
    if owner is not None and owner != user_id:
        return "the account belongs to another name"
    return None
