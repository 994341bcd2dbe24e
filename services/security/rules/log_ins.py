"""The limits on attempts to log in."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.security.errors import LogInLimited

WINDOW = timedelta(minutes=15)
# Below the lock-out threshold of a Windows domain (10 by default), so that guessing here never locks an account there.
MOST_OF_ACCOUNT = 5
# Many clerks may share an address.
MOST_OF_ADDRESS = 50


@dataclass(frozen=True)
class Attempts:
    """The unsuccessful attempts within the last WINDOW, and the oldest of each kind, or None."""

    of_account: int
    of_address: int
    oldest_of_account: datetime | None
    oldest_of_address: datetime | None


def require_another(attempts: Attempts, now: datetime) -> None:
    """Raises LogInLimited if the account or the address has used up its attempts.

    Unknown accounts are counted too, so that the answer does not reveal which accounts exist. Source: menu security, 6.
    Example: after five wrong passwords, the first at 12:00:00, the sixth attempt is possible at 12:15:00.
    """
    reached = [
        oldest
        for count, most, oldest in (
            (attempts.of_account, MOST_OF_ACCOUNT, attempts.oldest_of_account),
            (attempts.of_address, MOST_OF_ADDRESS, attempts.oldest_of_address),
        )
        if count >= most and oldest is not None
    ]
    if reached:
        seconds = max(1, math.ceil((max(reached) + WINDOW - now).total_seconds()))
        raise LogInLimited(seconds, of_account=attempts.of_account >= MOST_OF_ACCOUNT)
