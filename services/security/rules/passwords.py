"""Owns which passwords are good enough for a local account."""

import unicodedata

from services.security.errors import PasswordUnfit
from services.security.records.names import fold

SHORTEST = 12
LONGEST = 256


def normalized(password: str) -> bytes:
    """The bytes of a password that are hashed: the same whichever keyboard composed its accents (NFKC, UTF-8)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def require_fit(password: str, user_name: str) -> None:
    """Raises PasswordUnfit for a password of fewer than 12 or more than 256 characters, or the user's own name.

    Example: for `ALAMO\\administrator`, `Administrator` is refused, and so is `alamo\\administrator`.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordUnfit(f"A password has {SHORTEST} to {LONGEST} characters.")
    if not password.isprintable():
        raise PasswordUnfit("A password has printable characters only.")
    if fold(password) in {fold(user_name), fold(user_name.partition("\\")[2])}:
        raise PasswordUnfit("A password is not the user's own name.")
