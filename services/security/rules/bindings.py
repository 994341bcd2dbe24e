"""Bindings: a name belongs to the account that first logged in with it, identified by an id that never changes."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Claimed:
    """An account that a directory or an identity provider authenticated.

    `source` is the provider's issuer or `directory`, `subject` the account's stable id there (objectSid, `sub`), and
    `name` its name mapped to `DOMAIN\\name`.
    """

    source: str
    subject: str
    name: str


@dataclass(frozen=True)
class Binding:
    """The account of a directory or an identity provider that a name belongs to."""

    source: str
    subject: str
    bound_at: datetime


def find_contradiction(user_id: int, subject: str, bound: str | None, owner: int | None) -> str | None:
    """The reason why an account may not log in as this user, or None if it may. A name without a binding is bound now.

    `bound` is the id that the user's name is bound to, `owner` the user that the account's id is bound to. Source: menu
    security, 2. Example: ALAMO\\ana left, and another Ana got her name with a different objectSid. She must not become
    the old Ana.
    """
    if bound is not None and bound != subject:
        return "the name belongs to another account"
    if owner is not None and owner != user_id:
        return "the account belongs to another name"
    return None
