"""The directory of the Windows domain: the names of accounts, and their ids as text."""

import struct
from dataclasses import dataclass
from pathlib import Path

from services.security.records.names import user_name
from shared.values.names import fold

SOURCE = "directory"
OBJECT_SID = "objectSid"
_SID_HEAD = 8
_MOST_PARTS = 15


@dataclass(frozen=True)
class DirectorySettings:
    """The directory of one Windows domain, reached over TLS.

    `bind_name` is the name that an account logs in with, containing `{domain}` and `{name}`: `{domain}\\{name}` for
    Active Directory, a distinguished name elsewhere. `name_attribute` finds the account below `base`; `id_attribute` is
    its id.
    """

    url: str
    ca_file: Path
    domain: str
    base: str
    bind_name: str
    name_attribute: str
    id_attribute: str
    timeout_seconds: float


def account_in(domain: str, name: str) -> str | None:
    """The account in this domain that a user's name refers to; None for other domains and for invalid names.

    Example: in `ALAMO`, `alamo\\Ana` is the account `Ana`.
    """
    try:
        of, _, account = user_name(name).partition("\\")
    except ValueError:
        return None
    return account if fold(of) == fold(domain) else None


def may_be_asked(password: str) -> bool:
    """Whether a password may be sent to the directory at all.

    An empty one must not: a directory treats it as an anonymous log-in, which succeeds (RFC 4513, 5.1.2). A NUL could
    cut a password short on the way and make it empty. Half of a surrogate pair is not text.
    """
    return bool(password) and not any(character == "\0" or "\ud800" <= character <= "\udfff" for character in password)


def subject_of(attribute: str, value: bytes) -> str | None:
    """An account's id as text, or None if it is not valid; an objectSid in the notation of Windows.

    Example: 01 05 000000000005 15000000 … is `S-1-5-21-…` ([MS-DTYP] 2.4.2.2).
    """
    if attribute != OBJECT_SID:
        text = value.decode("utf-8", "replace")
        return text if text and text.isprintable() else None
    if len(value) < _SID_HEAD or value[1] > _MOST_PARTS or len(value) != _SID_HEAD + 4 * value[1]:
        return None
    parts = struct.unpack(f"<{value[1]}I", value[_SID_HEAD:])
    return "-".join(["S", str(value[0]), str(int.from_bytes(value[2:_SID_HEAD])), *map(str, parts)])
