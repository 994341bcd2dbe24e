"""The lifetime of sessions, and what happens when a refresh token is used."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Annotated, Literal

from pydantic import Field

from services.security.rules.tokens import LoggedIn

SESSION_LIFETIME = timedelta(hours=12)
REPEAT_WITHIN = timedelta(seconds=10)
LONGEST_USER_AGENT = 200
KEPT_AFTER_EXPIRY = timedelta(days=1)


EndReason = Literal[
    "logged_out", "token_reused", "deactivated", "password_set", "ended_by_owner", "ended_by_administrator"
]
"""The reason why a session ended before it expired."""


@dataclass(frozen=True)
class Device:
    """Where a log-in came from: what the browser or program calls itself, and its network address."""

    user_agent: str
    address: str


def device_of(user_agent: str, address: str) -> Device:
    """The device of a log-in, with the name that it gives itself as one short line.

    Anyone can send any name, so it is only shown, cut to 200 characters, without control characters and with single
    spaces. Example: "Mozilla/5.0\\t(X11)" → "Mozilla/5.0 (X11)".
    """
    shown = "".join(char if char.isprintable() else " " for char in user_agent)
    return Device(" ".join(shown.split())[:LONGEST_USER_AGENT], address)


@dataclass(frozen=True)
class OpenSession:
    """A session that has not ended; `last_used_at` is the time of its last refresh.

    `current` is whether this request comes from it. `user_agent` and `address` are those of the log-in.
    """

    id: int
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool
    user_agent: Annotated[str | None, Field(description="What the browser or program called itself.")]
    address: Annotated[str | None, Field(description="The network address of the log-in.")]


@dataclass(frozen=True)
class Shown:
    """A refresh token that a caller has sent, and its session.

    `used_at` is the time when it was exchanged. `current_digest` belongs to the session's only token that has not been
    exchanged yet.
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
    """What to do with a refresh token that a caller has sent."""

    ROTATE = "give its successor, and mark it used"
    REPEAT = "give the same successor once more"
    REFUSE = "refuse"
    END = "refuse, and end the session"


def answer_refresh(shown: Shown, successor_digest: bytes, now: datetime) -> Answer:
    """What to do with a refresh token, given the digest of its derived successor.

    A token is used once. The token before the current one may be used again for 10 seconds, because two tabs of a
    browser may refresh at the same moment, and both get the same successor. Any other use of an old token means that
    two parties have it, and one of them is a thief, so the session ends for both.

    Example: a token used at 12:00:00 gives the same answer at 12:00:08. At 12:00:11, or once its successor was used
    too, the session ends.
    """
    if shown.ended_at is not None or now >= shown.expires_at or not shown.user_active:
        return Answer.REFUSE
    if shown.used_at is None:
        return Answer.ROTATE
    if successor_digest == shown.current_digest and now - shown.used_at <= REPEAT_WITHIN:
        return Answer.REPEAT
    return Answer.END
