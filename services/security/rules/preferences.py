"""Preferences: small JSON objects that programs keep for a user, such as the columns of a list."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import JsonValue, StringConstraints
from pydantic_core import to_json

from services.security.errors import PreferencesEnough
from shared.errors import Fault, InvalidInput

LARGEST_BYTES = 16 * 1024
MOST = 200
PreferenceKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9._-]{0,99}$")]


@dataclass(frozen=True)
class PreferenceItem:
    """The key of a preference, the size of its value in bytes, and when it was last changed."""

    key: str
    bytes: int
    revision: int
    changed_at: datetime


@dataclass(frozen=True)
class Preference:
    """A preference with its value."""

    key: str
    value: dict[str, JsonValue]
    revision: int
    changed_at: datetime


def require_small(value: Mapping[str, Any]) -> None:
    """Raises InvalidInput for a value of more than 16 KB of JSON."""
    size = len(to_json(value))
    if size > LARGEST_BYTES:
        raise InvalidInput(
            f"A preference has at most {LARGEST_BYTES:,} bytes of JSON, and this one has {size:,}.",
            faults=[Fault("/value", f"must have at most {LARGEST_BYTES:,} bytes")],
        )


def require_room(others: int) -> None:
    """Raises PreferencesEnough if a user who has so many others wants one more."""
    if others >= MOST:
        raise PreferencesEnough(f"You have {MOST} preferences, which is the maximum. Delete one first.")
