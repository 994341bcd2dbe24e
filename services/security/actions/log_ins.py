"""Attempts to log in, by any method: counted, limited, and recorded in the audit."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.security.actions.directory import Directory
from services.security.errors import LogInLimited, LoginRefused
from services.security.rules.log_ins import WINDOW, require_another
from services.security.rules.sessions import Device, device_of
from services.security.rules.tokens import TokenKeys
from services.security.store import log_ins
from services.security.store.log_ins import Limited
from shared.audit import store as audit
from shared.audit.store import Done
from shared.database.pool import Database
from shared.process import tracing
from shared.values.names import fold

_PART = 500


@dataclass(frozen=True)
class Entrance:
    """The context of a log-in: the caller's address and what it calls itself, the time, the keys that sign tokens, and the directory.

    `session` is the transaction of the request. `database` opens others, for changes that must persist even if the
    request is refused. `crowd` is the turn of attempts from addresses that have used up theirs.
    """

    database: Database
    session: AsyncSession
    keys: TokenKeys
    address: str
    now: datetime
    directory: Directory | None = None
    crowd: asyncio.Lock = field(default_factory=asyncio.Lock)
    user_agent: str = ""

    @property
    def device(self) -> Device:
        return device_of(self.user_agent, self.address)


@dataclass(frozen=True)
class Counted:
    """An attempt that was counted. `crowded`: its address has used up its attempts."""

    id: int
    crowded: bool


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


async def begin(entrance: Entrance, attempt: Attempt) -> Counted:
    """Counts an attempt; raises LogInLimited.

    It is counted before its password is checked, so that simultaneous attempts cannot exceed the limit.
    """
    now = entrance.now
    try:
        async with entrance.database.transaction() as counting:
            await log_ins.take_turn(counting, attempt.counted_as)
            counted = await log_ins.count(counting, attempt.counted_as, attempt.address, now - WINDOW)
            crowded = require_another(counted, now)
            attempt_id = await log_ins.add(counting, attempt.counted_as, attempt.address, now)
            return Counted(attempt_id, crowded)
    except LogInLimited as error:
        async with entrance.database.transaction() as noting:
            await _count_limited(noting, attempt, now, of_account=error.of_account)
        raise


async def _count_limited(session: AsyncSession, attempt: Attempt, now: datetime, *, of_account: bool) -> None:
    """Counts a refusal. Someone who guesses passwords tries thousands; the audit gets one entry a minute."""
    account, address = (attempt.counted_as, "") if of_account else ("", attempt.address)
    await log_ins.count_limited(session, attempt.operation, account, address, now)


@asynccontextmanager
async def in_turn(entrance: Entrance, counted: Counted) -> AsyncIterator[None]:
    """The time in which a password is checked: from a crowded address only one at a time in this process.

    Anyone can invent names that have not failed yet, and each check costs the memory and time of a hash. One at a time,
    they leave the other workers to everyone else (docs/decisions/0043).
    """
    if not counted.crowded:
        yield
        return
    async with entrance.crowd:
        yield


async def take_back(entrance: Entrance, counted: Counted) -> None:
    """Removes an attempt that could not be checked, so that nobody is locked out while the directory is down."""
    async with entrance.database.transaction() as counting:
        await log_ins.take_back(counting, counted.id)


async def refuse(
    entrance: Entrance, attempt: Attempt, reason: str | None = None, counted: Counted | None = None
) -> LoginRefused:
    """Records a refusal in the audit, in its own transaction, and returns the error to raise.

    Those from a crowded address are counted together.
    """
    async with entrance.database.transaction() as noting:
        if counted is not None:
            await log_ins.mark_failed(noting, counted.id)
            if counted.crowded:
                await _count_limited(noting, attempt, entrance.now, of_account=False)
                return LoginRefused()
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
