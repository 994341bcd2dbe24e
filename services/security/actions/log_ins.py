"""Attempts to log in, by any method: counted, limited, and recorded in the audit."""

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
    """The context of a log-in: the caller's address, the time, the keys that sign tokens, and the directory.

    `session` is the transaction of the request. `database` opens others, for changes that must persist even if the
    request is refused.
    """

    database: Database
    session: AsyncSession
    keys: TokenKeys
    address: str
    now: datetime
    directory: Directory | None = None


@dataclass(frozen=True)
class Attempt:
    """An attempt to log in: the operation (`POST /v1/tokens`), the name as typed, and the address."""

    operation: str
    name: str
    address: str
    # The secret of a service account cannot be guessed, so attempts from elsewhere must not lock the account out.
    of_service: bool = False

    @property
    def counted_as(self) -> str:
        """The key that failures are counted under; it is unambiguous, because account names have no `@`."""
        return f"{self.account}@{self.address}" if self.of_service else self.account

    @property
    def account(self) -> str:
        """The account of the attempt; all names that are not printable count as one account."""
        return fold(self.name.strip()) if self.name.isprintable() else ""

    def done(self, status: int, subject: str = "", reason: str | None = None) -> Done:
        """The entry for the audit; a refused log-in has the name as typed."""
        shown = self.name if self.name.isprintable() else "(not printable)"
        body = None if reason is None else json.dumps({"reason": reason})
        return _entry(self.operation, shown, status, subject, body)


def _entry(operation: str, name: str, status: int, subject: str, body: str | None) -> Done:
    path = operation.partition(" ")[2]
    return Done(subject, name, operation, path, "", "", status, body, tracing.request_id() or "")


async def begin(entrance: Entrance, attempt: Attempt) -> int:
    """Counts an attempt and returns its id; raises LogInLimited.

    It is counted before its password is checked, so that simultaneous attempts cannot exceed the limit.
    """
    now = entrance.now
    try:
        async with entrance.database.transaction() as counting:
            await log_ins.take_turn(counting, attempt.counted_as)
            counted = await log_ins.count(counting, attempt.counted_as, attempt.address, now - WINDOW)
            require_another(counted, now)
            return await log_ins.add(counting, attempt.counted_as, attempt.address, now)
    except LogInLimited as error:
        # Someone who guesses passwords tries thousands. These are counted, and recorded in the audit once a minute.
        account, address = (attempt.counted_as, "") if error.of_account else ("", attempt.address)
        async with entrance.database.transaction() as noting:
            await log_ins.count_limited(noting, attempt.operation, account, address, now)
        raise


async def take_back(entrance: Entrance, attempt_id: int) -> None:
    """Removes an attempt that could not be checked, so that nobody is locked out while the directory is down."""
    async with entrance.database.transaction() as counting:
        await log_ins.take_back(counting, attempt_id)


async def refuse(entrance: Entrance, attempt: Attempt, reason: str | None = None) -> LoginRefused:
    """Records a refusal in the audit, in its own transaction, and returns the error to raise."""
    async with entrance.database.transaction() as noting:
        await audit.note(noting, attempt.done(LoginRefused.status, reason=reason))
    return LoginRefused()


async def succeed(entrance: Entrance, attempt: Attempt, user_id: int) -> None:
    """Resets the account's failures and records the log-in in the audit."""
    await log_ins.forget(entrance.session, [attempt.counted_as])
    await audit.note(entrance.session, attempt.done(200, str(user_id)))


async def record_limited(session: AsyncSession, now: datetime) -> bool:
    """Moves the counts of past minutes into the audit, one entry each; returns whether there may be more."""
    limited = await log_ins.take_limited_before(session, now.replace(second=0, microsecond=0), _PART)
    await audit.note_all(session, [_entry_of(count) for count in limited])
    return len(limited) == _PART


def _entry_of(limited: Limited) -> Done:
    body = {"refused": limited.count, "minute": limited.minute.isoformat()}
    if limited.address:
        body["address"] = limited.address
    return _entry(limited.operation, limited.folded_name, LogInLimited.status, "", json.dumps(body))
