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
    """The newest unsuccessful attempts within the last WINDOW, at most as many as allowed, and the oldest of these.

    `account_failed` says whether one of the account's is over; others are still being checked.
    """

    of_account: int
    of_address: int
    account_failed: bool
    oldest_of_account: datetime | None
    oldest_of_address: datetime | None


def require_another(attempts: Attempts, now: datetime) -> bool:
    """Whether the address has used up its attempts, so that this one must take its turn; raises LogInLimited.

    An account may not try if it has used up its attempts, or if the address has and the account has failed already. An
    account that has not failed may try from any address, because others at that address must not lock it out: a company
    may have one address. Unknown accounts are counted too, so that the answer does not reveal which accounts exist.
    Source: menu security, 6. Example: after five wrong passwords, the first at 12:00:00, the sixth attempt is possible
    at 12:15:00.
    """
    crowded = attempts.of_address >= MOST_OF_ADDRESS
    if attempts.of_account >= MOST_OF_ACCOUNT:
        raise LogInLimited(_seconds_left(attempts.oldest_of_account, now), of_account=True)
    if crowded and attempts.account_failed:
        raise LogInLimited(_seconds_left(attempts.oldest_of_address, now), of_account=False)
    return crowded


def _seconds_left(oldest: datetime | None, now: datetime) -> int:
    return max(1, math.ceil(((oldest or now) + WINDOW - now).total_seconds()))
