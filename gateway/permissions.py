"""Owns the gateway's copy of the permission table: fetched, told of changes, and never trusted for too long."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress

from nats.aio.client import Client
from nats.aio.msg import Msg

from gateway.auth import Identities
from gateway.errors import PermissionsStale
from gateway.rules.decisions import User, UserTable
from gateway.upstream import Upstream, fetch
from shared.access.grants import Grant, Level, highest_levels
from shared.access.identity import grants_from_claim
from shared.contracts.permission_table import FEATURE, NOUN, PermissionTable
from shared.contracts.permissions_changed import PermissionsChanged
from shared.events import streams

log = logging.getLogger(__name__)

TRUSTED_SECONDS = 60.0

_RETRY_SECONDS = 1.0
_PATH = f"/v1/{NOUN}"
_MAX_TABLE_BYTES = 32 * 1024 * 1024
_MAY_READ_THE_TABLE = Grant(FEATURE, Level.VIEW)


class Permissions:
    """The permission table as the gateway holds it.

    `epoch_changed` is set whenever another table took its place; whoever waits for it clears it. `asked` is set when
    security was asked for the first time, whatever it answered.
    """

    def __init__(
        self,
        upstream: Upstream,
        security_origin: str,
        identities: Identities,
        *,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._upstream = upstream
        self._origin = security_origin
        self._identities = identities
        self._clock = clock
        self._table: UserTable | None = None
        self._etag = b""
        self._asked_at = float("-inf")
        self._wake = asyncio.Event()
        self._nats: Client | None = None
        self.epoch_changed = asyncio.Event()
        self.asked = asyncio.Event()

    def current(self) -> UserTable:
        """The table; raises PermissionsStale when there is none that was asked for within the last minute."""
        if self._table is None or self.age_seconds > TRUSTED_SECONDS:
            raise PermissionsStale("The permissions have not been confirmed for a minute. Try again shortly.")
        return self._table

    @property
    def epoch(self) -> int:
        """Of the table that is held, 0 without one."""
        return self._table.epoch if self._table is not None else 0

    @property
    def age_seconds(self) -> float:
        """How long ago the table was asked for; infinite without one."""
        return self._clock() - self._asked_at

    async def poll(self, every_seconds: float) -> None:
        """Keeps the table fresh, for ever: at once when told of a change, every few seconds in case that got lost."""
        while True:
            # Cleared before asking: a change that is told of meanwhile may be missing in the answer.
            self._wake.clear()
            pause = every_seconds
            try:
                await self.refresh()
            except Exception as error:
                log.warning("the permission table could not be fetched: %r", error)
                pause = min(every_seconds, _RETRY_SECONDS)
            self.asked.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()

    async def refresh(self) -> None:
        """Asks security for the table; trust counts from when the question left, not from when the answer came."""
        asked_at = self._clock()
        headers = [self._identities.own(_MAY_READ_THE_TABLE, service="security")]
        if self._etag:
            headers.append((b"if-none-match", self._etag))
        status, answered, body = await fetch(self._upstream, self._origin, _PATH, headers, max_bytes=_MAX_TABLE_BYTES)
        if status == 304 and self._table is not None:
            self._asked_at = asked_at
            return
        if status != 200:
            raise ConnectionError(f"{self._origin}{_PATH} answered {status}")
        table = read_table(PermissionTable.model_validate_json(body))
        if self._table is not None and table.epoch < self._table.epoch:
            raise ValueError(f"security has epoch {table.epoch}, older than {self._table.epoch}, which is held")
        changed = self._table is None or table.epoch != self._table.epoch
        self._table, self._asked_at = table, asked_at
        self._etag = next((value for name, value in answered if name == b"etag"), b"")
        if changed:
            log.info("permission table of epoch %d: %d users", table.epoch, len(table.users))
            self.epoch_changed.set()

    async def listen(self, nats_url: str) -> None:
        """Hears of changes over NATS until that fails for good, and is then started again.

        While the connection is away the poll carries on alone.
        """
        refused = asyncio.Event()

        async def note_error(error: Exception) -> None:
            if "permissions violation" in str(error).lower():
                refused.set()

        client = await streams.connect(nats_url, reconnect=True, on_error=note_error)
        try:
            await client.subscribe(PermissionsChanged.subject(), cb=self._told)
            await client.flush()
            self._nats = client
            self._wake.set()
            await refused.wait()
            raise PermissionError(f"NATS refuses the gateway {PermissionsChanged.subject()}")
        finally:
            self._nats = None
            await client.close()

    async def _told(self, _: Msg) -> None:
        # The event's epoch is not believed: whatever it says, security is asked.
        self._wake.set()

    async def probe_age(self) -> None:
        self.current()

    async def probe_nats(self) -> None:
        if self._nats is None or not self._nats.is_connected:
            raise ConnectionError("not connected")


def read_table(table: PermissionTable) -> UserTable:
    """The users of the table with all that their groups grant; users with the same groups share their grants."""
    by_group = {group_id: grants_from_claim(group.grants) for group_id, group in table.groups.items()}
    by_groups: dict[tuple[str, ...], tuple[tuple[Grant, ...], dict[str, Level]]] = {}
    users = {}
    for subject, user in table.users.items():
        groups = tuple(sorted(user.groups))
        if groups not in by_groups:
            grants = tuple(grant for group_id in groups for grant in by_group.get(group_id, ()))
            by_groups[groups] = grants, highest_levels(grants)
        users[subject] = User(user.name, *by_groups[groups])
    return UserTable(table.epoch, users)
