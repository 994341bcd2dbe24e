"""Requirements for the passwords of local accounts."""

import unicodedata

from services.security.errors import PasswordUnfit
from shared.values.names import fold

SHORTEST = 12
LONGEST = 256


def normalized(password: str) -> bytes:
    """The bytes of a password to hash, the same for every way of typing its accents (NFKC, UTF-8)."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def require_another(password: str, before: str, user_name: str) -> None:
    """Raises PasswordUnfit for a password that is unfit, or the one that the user had `before`."""
    require_fit(password, user_name)
    if normalized(password) == normalized(before):
        raise PasswordUnfit("The new password must be another one.")


def require_fit(password: str, user_name: str) -> None:
    """Raises PasswordUnfit for a password with fewer than 12 or more than 256 characters, or the user's own name.

    Example: for `ALAMO\\administrator`, `Administrator` is refused, and so is `alamo\\administrator`.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordUnfit(f"The password must have {SHORTEST} to {LONGEST} characters.")
    if not password.isprintable():
        raise PasswordUnfit("The password must have only printable characters.")
    if fold(password) in {fold(user_name), fold(user_name.partition("\\")[2])}:
        raise PasswordUnfit("The password must not be the user's own name.")
