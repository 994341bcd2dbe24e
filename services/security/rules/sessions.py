"""Owns how long a session lives, and what happens when a refresh token is shown."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Literal

from services.security.rules.tokens import LoggedIn

SESSION_LIFETIME = timedelta(hours=12)
REPEAT_WITHIN = timedelta(seconds=10)
KEPT_AFTER_EXPIRY = timedelta(days=1)


EndReason = Literal[
    "logged_out", "token_reused", "deactivated", "password_set", "ended_by_owner", "ended_by_administrator"
]
"""Why a session ended before its time."""


@dataclass(frozen=True)
class OpenSession:
    """A log-in that has not ended; `last_used_at` is when its tokens were last exchanged."""

    id: int
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Shown:
    """What is known of a refresh token that was shown, and of its session.

    `used_at` is when it was exchanged; `current_digest` belongs to the one token of the session that was not yet.
    """

    session_id: int
    user_id: int
    user_name: str
    user_active: bool
    expires_at: datetime
    ended_at: datetime | None
    used_at: datetime | None
    current_digest: bytes | None = field(repr=False)

    @property
    def session(self) -> LoggedIn:
        return LoggedIn(self.session_id, self.user_id, self.user_name, self.expires_at)


class Answer(Enum):
    """What a refresh token that was shown leads to."""

    ROTATE = "give its successor, and mark it used"
    REPEAT = "give the same successor once more"
    REFUSE = "refuse"
    END = "refuse, and end the session"


def answer_refresh(shown: Shown, successor_digest: bytes, now: datetime) -> Answer:
    """What to do with a refresh token, given the digest of the successor that follows from it.

    A token is used once. The one just before the current one may be shown again for 10 seconds, since two tabs of a
    browser may refresh at the same moment: both get the same successor. Any other use of an old token means that two
    parties hold it, one of them a thief, so the session ends for both.

    Example: used at 12:00:00 and shown at 12:00:08 it is repeated; at 12:00:11, or once its successor was used too,
    the session ends.
    """
    if shown.ended_at is not None or now >= shown.expires_at or not shown.user_active:
        return Answer.REFUSE
    if shown.used_at is None:
        return Answer.ROTATE
    if successor_digest == shown.current_digest and now - shown.used_at <= REPEAT_WITHIN:
        return Answer.REPEAT
    return Answer.END
