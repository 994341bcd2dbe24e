"""The names of people, groups and limits, and when two names are the same."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from shared.values.columns import AS_KEY

_DOMAIN = re.compile(r"[A-Z0-9][A-Z0-9.-]{0,62}", re.IGNORECASE | re.ASCII)
_LONGEST_ACCOUNT = 64
# Windows does not allow these in an account name (sAMAccountName).
_NOT_IN_ACCOUNT = frozenset('"/\\[]:;|=,+*?<>@')
_LONGEST_LINE = 120
_LONGEST_GROUP = 80
_LONGEST_CODE = 30
_LONGEST_DESCRIPTION = 500


def one_line(text: str, longest: int = _LONGEST_LINE) -> str:
    """The text without surrounding spaces; raises ValueError if it is empty, too long or not printable."""
    cleaned = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(cleaned) <= longest:
        raise ValueError(f"must have 1 to {longest} characters")
    if not cleaned.isprintable():
        raise ValueError("must be one line of printable characters")
    return cleaned


def user_name(text: str) -> str:
    """A Windows user name with its domain, `DOMAIN\\name`; raises ValueError for anything else.

    The domain consists of letters, digits, dots and hyphens; the name may contain spaces and accents.
    """
    domain, separator, account = unicodedata.normalize("NFC", text).strip().partition("\\")
    if not separator:
        raise ValueError("must be a domain and a name, like ALAMO\\jsmith")
    if not _DOMAIN.fullmatch(domain):
        raise ValueError("the domain must have 1 to 63 letters, digits, dots or hyphens")
    if not 1 <= len(account) <= _LONGEST_ACCOUNT:
        raise ValueError(f"the name after the domain must have 1 to {_LONGEST_ACCOUNT} characters")
    if not account.isprintable() or account != account.strip() or account.endswith("."):
        raise ValueError("the name must be printable, without a space at either end and without a dot at the end")
    if forbidden := sorted(_NOT_IN_ACCOUNT.intersection(account)):
        raise ValueError(f"the name must not contain {' '.join(forbidden)}")
    return f"{domain}\\{account}"


def group_name(text: str) -> str:
    """A group's name; raises ValueError if it would be misread in a CSV file of users and their groups."""
    name = one_line(text, _LONGEST_GROUP)
    if ";" in name:
        raise ValueError("must not contain a semicolon, which separates groups in files")
    if not name[0].isalnum():
        raise ValueError("must begin with a letter or a digit")
    return name


def limit_code(text: str) -> str:
    """The code of a branch or the number of a customer in a limit; raises ValueError if it is not valid."""
    code = one_line(text, _LONGEST_CODE)
    if ";" in code:
        raise ValueError("must not contain a semicolon, which separates codes in files")
    return code


def _description(text: str) -> str:
    return one_line(text, _LONGEST_DESCRIPTION) if text.strip() else ""


# The type of the column comes first; otherwise the description that follows would be lost.
Short = StringConstraints(max_length=1_000)
UserName = Annotated[
    str,
    AS_KEY,
    Short,
    AfterValidator(user_name),
    Field(description="`DOMAIN\\name`; upper and lower case count as the same.", examples=["ALAMO\\jsmith"]),
]
DisplayName = Annotated[str, AS_KEY, Short, AfterValidator(one_line)]
GroupName = Annotated[str, AS_KEY, Short, AfterValidator(group_name)]
Description = Annotated[str, AS_KEY, Short, AfterValidator(_description)]
Code = Annotated[str, Short, AfterValidator(limit_code)]
Sought = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""The text to search a list for."""


@dataclass(frozen=True)
class Named:
    """A reference to a user or a group; files show the name."""

    id: int
    name: str

    def __str__(self) -> str:
        return self.name
