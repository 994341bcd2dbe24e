"""Owns trying to log in, in whatever manner: counted, limited, and told to the audit."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions.directory import Directory
from services.security.errors import LogInLimited, LoginRefused
from services.security.records.names import fold
from services.security.rules.log_ins import WINDOW, require_another
from services.security.rules.tokens import TokenKeys
from services.security.store import log_ins
from services.security.store.log_ins import Limited
from shared.audit import store as audit
from shared.audit.store import Done
from shared.database.pool import Database
from shared.process import tracing

_PART = 500


@dataclass(frozen=True)
class Entrance:
    """Where somebody comes in: from which address and when, whose keys sign his tokens, and who checks his password.

    `session` is the transaction of the request. `database` gives others, for what shall hold whatever becomes of it.
    """

    database: Database
    session: AsyncSession
    keys: TokenKeys
    address: str
    now: datetime
    directory: Directory | None = None


@dataclass(frozen=True)
class Attempt:
    """Who tries to log in, as he was typed, by which operation (`POST /v1/tokens`), and from where."""

    operation: str
    name: str
    address: str
    # Secrets of service accounts cannot be guessed, so nobody shall lock one out from elsewhere by trying.
    of_service: bool = False

    @property
    def counted_as(self) -> str:
        """Under what its failures are counted; no name of an account has an `@`."""
        return f"{self.account}@{self.address}" if self.of_service else self.account

    @property
    def account(self) -> str:
        """The account that is tried; what cannot be a name is counted as one account."""
        return fold(self.name.strip()) if self.name.isprintable() else ""

    def done(self, status: int, subject: str = "", reason: str | None = None) -> Done:
        """The audit's entry; of a refused log-in the name is what was typed."""
        shown = self.name if self.name.isprintable() else "(not printable)"
        body = None if reason is None else json.dumps({"reason": reason})
        return _entry(self.operation, shown, status, subject, body)


def _entry(operation: str, name: str, status: int, subject: str, body: str | None) -> Done:
    path = operation.partition(" ")[2]
    return Done(subject, name, operation, path, "", "", status, body, tracing.request_id() or "")


async def begin(entrance: Entrance, attempt: Attempt) -> int:
    """Counts an attempt before its password is looked at, so that many at once are not more; returns its id.

    Raises LogInLimited.
    """
    now = entrance.now
    try:
        async with entrance.database.transaction() as counting:
            await log_ins.take_turn(counting, attempt.counted_as)
            counted = await log_ins.count(counting, attempt.counted_as, attempt.address, now - WINDOW)
            require_another(counted, now)
            return await log_ins.add(counting, attempt.counted_as, attempt.address, now)
    except LogInLimited as error:
        # Whoever guesses does so by the thousand: these are counted, and told to the audit by the minute.
        account, address = (attempt.counted_as, "") if error.of_account else ("", attempt.address)
        async with entrance.database.transaction() as noting:
            await log_ins.count_limited(noting, attempt.operation, account, address, now)
        raise


async def take_back(entrance: Entrance, attempt_id: int) -> None:
    """Forgets an attempt that nobody could judge, so that a directory that is away locks nobody out."""
    async with entrance.database.transaction() as counting:
        await log_ins.take_back(counting, attempt_id)


async def refuse(entrance: Entrance, attempt: Attempt, reason: str | None = None) -> LoginRefused:
    """Tells the audit of a refusal, in a transaction of its own; returns what is to be raised."""
    async with entrance.database.transaction() as noting:
        await audit.note(noting, attempt.done(LoginRefused.status, reason=reason))
    return LoginRefused()


async def succeed(entrance: Entrance, attempt: Attempt, user_id: int) -> None:
    """Lets the account begin again, and tells the audit."""
    await log_ins.forget(entrance.session, [attempt.counted_as])
    await audit.note(entrance.session, attempt.done(200, str(user_id)))


async def tell_limited(session: AsyncSession, now: datetime) -> bool:
    """Moves the counts of minutes that are over into the audit, one entry each; whether there may be more."""
    limited = await log_ins.take_limited_before(session, now.replace(second=0, microsecond=0), _PART)
    await audit.note_all(session, [_told(one) for one in limited])
    return len(limited) == _PART


def _told(one: Limited) -> Done:
    body = {"refused": one.count, "minute": one.minute.isoformat()}
    if one.address:
        body["address"] = one.address
    return _entry(one.operation, one.folded_name, LogInLimited.status, "", json.dumps(body))
